"""Answers in the form that was asked for."""

import json
from typing import Any

import click
from rich.console import Console

from mainstay.spec.dump import as_yaml

WIDTH_WITHOUT_TERMINAL = 200


def say(text: str, *, bold: bool = False, colour: str | None = None) -> None:
    """A line for a person."""
    click.secho(text, bold=bold, fg=colour)


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wide_console() -> Console:
    """For tables: as wide as the terminal; where there is none, wide enough that nothing is folded."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def show(data: Any, form: str) -> None:
    """Plain data as JSON or YAML."""
    click.echo(as_yaml(data).rstrip() if form == "yaml" else json.dumps(data, indent=2))
