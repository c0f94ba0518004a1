"""`mainstay db`: the database."""

import sys

import click
from rich.table import Table

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show, wide_console
from mainstay.operations.database import keepers
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
        if found.keepers:
            say(found.keepers.sentence)
    sys.exit(0 if found.is_database_healthy else 1)


@command.command()
@click.option("--to", default="", metavar="MACHINE", help="Which replica; left out, the fittest.")
@with_options
def switchover(options: Options, to: str) -> None:
    """Let a replica take the primary's place, in good order: nothing is lost, or it is called off."""
    _order(options, "switchover", f"to={to}")


@command.command()
@click.option("--to", required=True, metavar="MACHINE", help="Which replica.")
@click.option("--force", is_flag=True, help="Even one that may lack acknowledged writes: these are then lost.")
@with_options
def failover(options: Options, to: str, force: bool) -> None:
    """Make MACHINE primary without the one that is lost. `--force` is the one way to lose acknowledged writes."""
    if force:
        options.ensure_agreed(f"Acknowledged writes that {to} lacks are lost", to)
    _order(options, "failover", f"to={to}", *(("force=yes",) if force else ()))


@command.command()
@with_options
def pause(options: Options) -> None:
    """Switch automatic failover off, until `resume`. A primary that is cut off still stops by itself."""
    _order(options, "pause")


@command.command()
@with_options
def resume(options: Options) -> None:
    """Switch automatic failover on again."""
    _order(options, "resume")


@command.command()
@click.argument("name", metavar="MACHINE")
@with_options
def reinit(options: Options, name: str) -> None:
    """Fill MACHINE's database anew with a copy of the primary's; what it holds is put aside on the machine."""
    _order(options, "reinit", f"to={name}")


@command.command()
@with_options
def ack(options: Options) -> None:
    """Say that the last failovers have been seen: they no longer keep another from happening."""
    _order(options, "ack")


@command.command()
@with_options
def history(options: Options) -> None:
    """Every change of primary, oldest first."""
    turns = keepers.command(options.site(), "history")["history"]
    if options.output != "text":
        show(turns, options.output)
        return
    for turn in turns:
        seconds = turn.get("seconds")
        without = "" if seconds is None else f", {seconds:.1f} s without a primary"
        say(f"{turn['when']}  {turn['from']} -> {turn['to']}: {turn['why']}{without}")


def _order(options: Options, *words: str) -> None:
    say(str(keepers.command(options.site(), *words)["sentence"]))


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
