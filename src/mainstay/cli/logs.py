"""`mainstay logs`: the logs of a machine, or of all."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.operations.logs import log_commands, stream


@click.command()
@click.argument("machine_name", required=False, metavar="[MACHINE]")
@click.argument("component", required=False, metavar="[COMPONENT]")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines.")
@with_options
def command(options: Options, machine_name: str | None, component: str | None, follow: bool, lines: int) -> None:
    """The logs of a machine, or of all; of one component (haproxy, nginx, app, mysql), or of everything."""
    site = options.site()
    names = [machine_name] if machine_name else options.chosen(site)
    stream(site, log_commands(site, names, component, lines, follow), click.echo)
