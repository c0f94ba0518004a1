"""`mainstay drain`: take a machine out of rotation."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say
from mainstay.cli.progress import Progress
from mainstay.operations.drain import drain


@click.command()
@click.argument("name", metavar="MACHINE")
@click.option("--seconds", default=60.0, show_default=True, help="How long to wait for open connections.")
@with_options
def command(options: Options, name: str, seconds: float) -> None:
    """Send no new visitors to MACHINE (a balancer or a server), and wait until it is idle. `undrain` ends it."""
    site = options.site()
    with Progress(options.is_quiet) as progress:
        sentence = drain(site, name, seconds, progress)
    say(f"{sentence} ({progress.seconds:.1f} s)")
