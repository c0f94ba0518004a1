"""`mainstay db`: the database."""

import sys

import click
from rich.table import Table

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show, wide_console
from mainstay.operations.status import Status, is_sync, status


@click.group()
def command() -> None:
    """The database: who is primary, who follows, how far behind."""


@command.command("status")
@with_options
def status_command(options: Options) -> None:
    """Who is primary, who follows, how far behind. Exit status 1 if writes or replicas are missing."""
    found = status(options.site())
    data = found.to_json()["database"]
    if options.output != "text":
        show(data, options.output)
    else:
        wide_console().print(_table(found))
        say(found.database_sentence)
    sys.exit(0 if found.is_database_healthy else 1)


def _table(found: Status) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("member", "role", "state", "lag", "sync", "executed"):
        table.add_column(heading, overflow="fold", header_style="dim")
    primary = found.members.get(found.primary or "")
    for member in found.members.values():
        role = "primary" if member.name == found.primary else "replica" if member.source else ""
        lag = "" if member.lag_seconds is None else f"{member.lag_seconds:g} s"
        sync = "sync" if is_sync(member, primary) else ""
        table.add_row(member.name, role, member.state, lag, sync, member.executed)
    return table
