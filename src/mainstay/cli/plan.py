"""`mainstay plan`: show what `up` would change."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import counted, say, show
from mainstay.model.change import Change
from mainstay.operations.prepare import Prepared, prepare

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@with_options
def command(options: Options) -> None:
    """Show what `up` would change, per machine, as diffs. Nothing is changed."""
    site = options.site()
    prepared = prepare(site)
    print_plan(prepared, options.chosen(site), options)


def print_plan(prepared: Prepared, machines: list[str], options: Options) -> None:
    """The changes of these machines, as text or data."""
    changes = {name: prepared.all_changes(name) for name in machines}
    if options.output != "text":
        show({name: [_as_data(change) for change in found] for name, found in changes.items()}, options.output)
        return
    for name, found in changes.items():
        if name in prepared.off:
            say(f"{name}: it is off, so it was not asked; `mainstay up` switches it on", bold=True)
        else:
            _print_machine(name, found, options.is_quiet)
    total = sum(len(found) for found in changes.values())
    touched = sum(bool(found) for found in changes.values())
    say(f"{counted(total, 'change')} on {counted(touched, 'machine')}." if total else "Nothing to do.")


def _print_machine(name: str, changes: tuple[Change, ...], is_brief: bool) -> None:
    say(f"{name}: {counted(len(changes), 'change')}" if changes else f"{name}: nothing to do", bold=True)
    for change in changes:
        say(f"  {change.summary}")
        for line in () if is_brief else change.diff.splitlines():
            say(f"      {line}", colour=COLOURS.get(line[:1]))


def _as_data(change: Change) -> dict[str, str]:
    return {"component": change.component, "change": change.summary, "diff": change.diff}
