"""`mainstay logs`: the logs of a machine, or of all."""

from collections.abc import Sequence

import click

from mainstay.cli.options import Options, with_options
from mainstay.operations.logs import Reading, Wanted, of_request, readings, request_readings, stream

A_DAY = "1 day ago"


@click.command()
@click.argument("where", nargs=-1, metavar="[MACHINE [COMPONENT]]")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines.")
@click.option("--since", default="", metavar="TIME", help='Not before this time, such as "1 hour ago" or 2026-11-24.')
@click.option("--request", default="", metavar="ID", help="What all say of one request, by time; of the last day.")
@with_options
def command(options: Options, where: tuple[str, ...], follow: bool, lines: int, since: str, request: str) -> None:
    """The logs of a machine, or of all; of one component (haproxy, nginx, app, mysql), or of everything.

    Of a machine that does not answer, what a machine that runs `monitoring` has of it.
    """
    if len(where) > 2:
        raise click.UsageError(f"{where[2]} is one word too many: `logs MACHINE COMPONENT`")
    if request and (follow or len(where) > 1):
        raise click.UsageError("--request looks in all that was logged: it goes with no component, nor with --follow")
    site = options.site()
    names = list(where[:1]) or options.chosen(site)
    if request:
        found = request_readings(site, names, request, since or A_DAY)
        _tell_copies(found)
        click.echo("\n".join(of_request(site, found)))
        return
    wanted = readings(site, names, next(iter(where[1:]), None), Wanted(lines, since, follow))
    _tell_copies(wanted)
    stream(site, wanted, click.echo)


def _tell_copies(wanted: Sequence[Reading]) -> None:
    for reading in wanted:
        if reading.is_copy:
            click.echo(f"{reading.whose} does not answer; this is what {reading.on} has of its log.", err=True)
