"""`mainstay drill`: hurt a part under load, and see what the visitors noticed."""

import sys
from pathlib import Path

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show, wide_console
from mainstay.cli.progress import Progress
from mainstay.drills.result import Result, has_held
from mainstay.drills.summary import catalogue_table, summary_table
from mainstay.operations.alerting.watch import watch
from mainstay.operations.drill import chosen, drills_of, run
from mainstay.operations.drill_report import write_report
from mainstay.operations.site import Site


@click.group()
def command() -> None:
    """Hurt a part under load, heal it, and see what the visitors noticed."""


@command.command("list")
@with_options
def list_command(options: Options) -> None:
    """The drills of this site: what each does, what must hold, and the limit."""
    drills = drills_of(options.site())
    if options.output == "text":
        wide_console().print(catalogue_table(drills))
    else:
        show([drill.to_json() for drill in drills], options.output)


@command.command("run")
@click.argument("names", metavar="NAME...|all", nargs=-1, required=True)
@click.option("--repeat", type=click.IntRange(1), default=1, metavar="N", help="Run each drill so many times.")
@click.option(
    "--alerts", "is_watched", is_flag=True, help="Leave each hurt until people would be told, and judge that."
)
@click.option("--report", "page", type=click.Path(path_type=Path, dir_okay=False), help="Where the page goes.")
@with_options
def run_command(options: Options, names: tuple[str, ...], repeat: int, is_watched: bool, page: Path | None) -> None:
    """Run drills, one after the other. Exit status 0 if all held, else 1. Interrupted, it heals what it hurt."""
    site = options.site()
    drills = chosen(site, names)
    if options.is_dry:
        for drill in drills:
            say(f"Would run {drill.name}: {drill.does}")
        return
    if not site.spec.in_lab:
        options.ensure_agreed(f"This will hurt the servers of {site.spec.name} while they serve", site.spec.name)
    watching = watch(site) if is_watched else None
    results: list[Result] = []
    try:
        with Progress(options.is_quiet) as progress:
            results.extend(run(site, drills, repeat, progress, watching))
    finally:
        if results:
            is_whole = sum(len(result.runs) for result in results) == len(drills) * repeat
            _tell(options, site, results, page, is_interrupted=not is_whole)
    sys.exit(0 if has_held(results) else 1)


def _tell(options: Options, site: Site, results: list[Result], page: Path | None, *, is_interrupted: bool) -> None:
    written = write_report(site, results, page, is_interrupted=is_interrupted)
    if options.output != "text":
        show([result.to_json() for result in results], options.output)
        return
    wide_console().print(summary_table(results))
    say(f"Report: {written}")
