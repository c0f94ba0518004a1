"""`mainstay exec`: run a program on the machines."""

import sys

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say
from mainstay.operations.execute import execute


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--app", "in_app", is_flag=True, help="As the application: its user, environment and release.")
@click.argument("words", nargs=-1, required=True, metavar="COMMAND...")
@with_options
def command(options: Options, in_app: bool, words: tuple[str, ...]) -> None:
    """Run COMMAND on the machines that -m names, by default on all (with --app: on all of the application's)."""
    site = options.site()
    names = options.chosen(site) if options.machines or not in_app else [m.name for m in site.running("app")]
    results = execute(site, names, words, in_app)
    for name, done in results.items():
        if len(results) > 1:
            say(f"{name}:", bold=True)
        click.echo(done.output, nl=False)
        click.echo(done.errors, nl=False, err=True)
    sys.exit(max(done.status for done in results.values()))
