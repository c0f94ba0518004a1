"""`mainstay undrain`: put a machine back into rotation."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say
from mainstay.cli.progress import Progress
from mainstay.operations.drain import undrain


@click.command()
@click.argument("name", metavar="MACHINE")
@with_options
def command(options: Options, name: str) -> None:
    """Put MACHINE back into rotation."""
    site = options.site()
    with Progress(options.is_quiet) as progress:
        sentence = undrain(site, name, progress)
    say(f"{sentence} ({progress.seconds:.1f} s)")
