"""`mainstay docs`: explain the sections of mainstay.yaml."""

import click

from mainstay.cli.output import say
from mainstay.spec import SECTIONS, section_doc


@click.command()
@click.argument("section", required=False)
def command(section: str | None) -> None:
    """Explain SECTION of mainstay.yaml by an annotated example; without one, list the sections."""
    if section:
        click.echo(section_doc(section).rstrip())
        return
    for name in SECTIONS:
        first = section_doc(name).splitlines()[0].partition(": ")[2]
        say(f"  {name:<10} {first}")
    say("`mainstay docs SECTION` shows one.")
