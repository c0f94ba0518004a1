"""`mainstay down`: stop it, or take the lab away."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say
from mainstay.cli.progress import Progress
from mainstay.operations.down import destroy, down


@click.command()
@click.option("--destroy", "is_final", is_flag=True, help="Take the lab away whole, with its disks.")
@with_options
def command(options: Options, is_final: bool) -> None:
    """Stop the lab's machines; their disks stay, and `up` starts them again. On servers: stop what Mainstay runs."""
    site = options.site()
    name = site.spec.name
    if not site.ground.members():
        say(f"There is nothing of {name} to take down.")
        return
    if is_final:
        what = f"destroy the lab of {name} with all its data"
    else:
        what = f"stop {name}" if site.spec.in_lab else f"stop {name} on its servers: it will not answer"
    if options.is_dry:
        say(f"Would {what}.")
        return
    if is_final or not site.spec.in_lab:
        options.ensure_agreed(f"This will {what}", name)
    with Progress(options.is_quiet) as progress:
        (destroy if is_final else down)(site, progress)
    say(f"{name} is {'gone' if is_final else 'down'} ({progress.seconds:.1f} s).")
