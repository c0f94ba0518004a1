"""`mainstay lab`: the labs and images of this computer."""

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show
from mainstay.cli.progress import Progress
from mainstay.operations import labs


@click.group()
def command() -> None:
    """The labs and images of this computer."""


@command.command("list")
@with_options
def list_command(options: Options) -> None:
    """Every lab of this user: its machines, which of them run, its address, whose it is."""
    found = labs.list_labs()
    if options.output != "text":
        show([lab.to_json() for lab in found], options.output)
        return
    for lab in found:
        say(lab.name, bold=True)
        say(f"  project  {lab.project}")
        say(f"  site     {lab.address or '(the door is shut)'}")
        for machine, is_running in lab.machines.items():
            say(f"  {machine:<10} {'running' if is_running else 'off'}")
    if not found:
        say("There are no labs.")


@command.command("image")
@click.option("--remove-unused", is_flag=True, help="Remove the images that no lab uses.")
@with_options
def image_command(options: Options, remove_unused: bool) -> None:
    """Build the image that machines are made from, unless it is there; `up` does it by itself."""
    with Progress(options.is_quiet) as progress:
        for folder in labs.remove_unused_images() if remove_unused else ():
            say(f"Removed {folder}.")
        image = labs.ensure_image(progress)
    say(f"The image is {image} ({progress.seconds:.1f} s).")


@command.command("destroy")
@click.argument("name")
@with_options
def destroy_command(options: Options, name: str) -> None:
    """Take the lab NAME away whole, wherever its project is."""
    lab = labs.find(name)
    options.ensure_agreed(f"This will destroy the lab of {name} with all its data", name)
    with Progress(options.is_quiet) as progress:
        labs.destroy(lab, progress)
    say(f"{name} is gone ({progress.seconds:.1f} s).")


@command.group("power")
def power_group() -> None:
    """Pull a machine's plug, or put it back: see what the others do."""


@power_group.command("off")
@click.argument("name", metavar="MACHINE")
@with_options
def off_command(options: Options, name: str) -> None:
    """Switch MACHINE off as if its cable was pulled."""
    labs.power(options.site(), name, is_on=False)
    say(f"{name} is off.")


@power_group.command("on")
@click.argument("name", metavar="MACHINE")
@with_options
def on_command(options: Options, name: str) -> None:
    """Switch MACHINE on; what ran on it starts by itself."""
    labs.power(options.site(), name, is_on=True)
    say(f"{name} is on.")
