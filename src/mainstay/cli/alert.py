"""`mainstay alert`: who is told when something is wrong."""

import sys

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show
from mainstay.operations.alerting.trial import Sent, send_trial


@click.group()
def command() -> None:
    """Who is told when something is wrong."""


@command.command("test")
@with_options
def test_command(options: Options) -> None:
    """Send a message to all whom `monitoring:` names, as a real one would go. Exit status 1 if one is not taken."""
    sent = send_trial(options.site())
    if options.output != "text":
        show({"sent": [{"to": one.way, "taken": bool(one.is_taken)} for one in sent]}, options.output)
    else:
        for one in sent:
            say(_sentence(one))
    sys.exit(0 if all(one.is_taken for one in sent) else 1)


def _sentence(sent: Sent) -> str:
    if sent.is_taken:
        return f"{sent.way}: taken."
    what = "it was tried, and not taken" if sent.is_taken is False else "it was not tried yet"
    return f"{sent.way}: {what}. `mainstay logs MACHINE alertmanager` says why."
