"""`mainstay ssh`: log in to a machine."""

import sys

import click

from mainstay.cli.options import Options, with_options
from mainstay.grounds import shell
from mainstay.operations.errors import OperationError


@click.command()
@click.argument("name", metavar="MACHINE")
@with_options
def command(options: Options, name: str) -> None:
    """Log in to MACHINE. `exec` runs a single command."""
    site = options.site()
    known = [machine.name for machine in site.machines]
    if name not in known:
        raise OperationError(f"There is no machine named {name}.", f"There are: {', '.join(known)}.")
    site.switched_on([name])
    sys.exit(shell.interact(site.ground.reach().command(name, ())))
