"""Answers in the form that was asked for."""

import json
from typing import Any

import click

from mainstay.spec.dump import as_yaml


def say(text: str, *, bold: bool = False, colour: str | None = None) -> None:
    """A line for a person."""
    click.secho(text, bold=bold, fg=colour)


def show(data: Any, form: str) -> None:
    """Plain data as JSON or YAML."""
    click.echo(as_yaml(data).rstrip() if form == "yaml" else json.dumps(data, indent=2))
