"""`mainstay status`: every part, its health, the roles, the address."""

import sys
import time
from collections.abc import Iterator

import click
from rich.console import Group
from rich.live import Live
from rich.table import Table

from mainstay.cli.good_until import is_close, sentence
from mainstay.cli.options import Options, with_options
from mainstay.cli.output import show, wide_console
from mainstay.operations.status import Status, state_of, status

WATCH_SECONDS = 1.0
ALERT_COLOURS = {"critical": "red", "warning": "yellow", "info": "dim"}
COLOURS = {"healthy": "green", "unhealthy": "red", "unknown": "yellow"}


@click.command()
@click.option("-w", "--watch", is_flag=True, help="Go on until Ctrl-C.")
@with_options
def command(options: Options, watch: bool) -> None:
    """Every part, its health, the roles, the address. Exit status 0 if all is healthy, else 1."""
    site = options.site()
    if watch:
        _watch(options)
        return
    found = status(site)
    if options.output != "text":
        show(found.to_json(), options.output)
    else:
        wide_console().print(_table(found, options))
    sys.exit(0 if found.is_healthy else 1)


def _watch(options: Options) -> None:
    site = options.site()
    with Live(console=wide_console(), auto_refresh=False) as live:
        while True:
            live.update(_table(status(site), options), refresh=True)
            time.sleep(WATCH_SECONDS)


def _table(found: Status, options: Options) -> Group:
    verdict = "[green]healthy[/]" if found.is_healthy else "[red]not healthy[/]"
    table = Table(
        title=f"{found.site.spec.name}: {verdict}  {' '.join(found.endpoints)}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for heading in ("machine", "address", "component", "state", "why"):
        table.add_column(heading, overflow="fold", header_style="dim")
    for machine in found.site.machines:
        seen = found.examined[machine.name]
        mark = " [yellow](drained)[/]" if machine.name in found.drained else ""
        for number, health in enumerate(seen.components):
            state = state_of(health, seen)
            name, address = (machine.name + mark, machine.address) if number == 0 else ("", "")
            role = _role(found, machine.name) if health.component == "mysql" else ""
            table.add_row(
                f"[bold]{name}[/]", address, health.component + role, f"[{COLOURS[state]}]{state}[/]", health.why
            )
    if found.trouble:
        table.caption = found.trouble
    return Group(table, *_alerts(found), *_good_until(found, options))


def _alerts(found: Status) -> Iterator[str]:
    """What is firing, a line each."""
    if found.alerts is None:
        return
    if found.alerts.trouble:
        yield f"[yellow]What is firing cannot be said: {found.alerts.trouble}[/]"
    for alert in found.alerts.firing:
        yield f"[{ALERT_COLOURS[alert.severity]}]{alert.name}[/] {alert.summary} [dim]{alert.runbook}[/]"


def _good_until(found: Status, options: Options) -> Iterator[str]:
    if found.has_ended:
        yield f"[red]{found.ended_sentence}[/]"
    elif found.good_until:
        colour = "yellow" if is_close(found.site, found.good_until) else "dim"
        yield f"[{colour}]{sentence(found.site, found.good_until, options)}[/]"


def _role(found: Status, machine: str) -> str:
    if machine == found.primary:
        return " (primary)"
    member = found.members.get(machine)
    lag = "" if member is None or member.lag_seconds is None else f", {member.lag_seconds:g} s behind"
    return f" (replica{lag})" if member and member.source else ""
