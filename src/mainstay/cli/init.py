"""`mainstay init`: write a commented mainstay.yaml."""

from pathlib import Path

import click

from mainstay.cli.output import say
from mainstay.operations.initialise import FILE_NAME, initialise
from mainstay.spec import BLUEPRINTS


@click.command()
@click.option(
    "--blueprint", default="distributed", show_default=True, metavar="NAME", help=f"One of: {', '.join(BLUEPRINTS)}."
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
def command(blueprint: str, folder: Path) -> None:
    """Write a commented mainstay.yaml into DIR (by default here), and nothing else."""
    initialise(folder, blueprint)
    say(f"Wrote {folder / FILE_NAME}, the blueprint {blueprint}.")
    say("Next: `mainstay plan` shows what would be done, `mainstay up` does it, `mainstay docs` explains the file.")
