"""`mainstay dashboards`: what to look at, for Grafana."""

from contextlib import suppress
from pathlib import Path

import click

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import say, show
from mainstay.operations.dashboards.export import dashboards, export_dashboards
from mainstay.operations.dashboards.open import SHOWN, opened


@click.group()
def command() -> None:
    """What to look at: dashboards for Grafana, and Prometheus itself."""


@command.command("export")
@click.option(
    "--to", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Where they go; left out, `dashboards` beside mainstay.yaml.",
)  # fmt: skip
@with_options
def export_command(options: Options, folder: Path | None) -> None:
    """Write a JSON file for each dashboard, made of what this site has. No machine is asked."""
    site = options.site()
    if options.is_dry:
        for name in dashboards(site):
            say(f"Would write {name}")
        return
    written = export_dashboards(site, folder)
    if options.output != "text":
        show({"written": [str(path) for path in written]}, options.output)
        return
    for path in written:
        say(f"Wrote {path}")
    if not options.is_quiet:
        say("docs/how-to/look-at-dashboards.md says how Grafana gets them.")


@command.command("open")
@click.argument("what", type=click.Choice(SHOWN), default=SHOWN[0])
@click.option("--port", default=9090, show_default=True, help="Of this computer; 0 for any that is free.")
@with_options
def open_command(options: Options, what: str, port: int) -> None:
    """Let a browser of this computer look at Prometheus (or alertmanager), until Ctrl-C."""
    with opened(options.site(), what, port) as (door, machine), suppress(KeyboardInterrupt):
        say(f"{what} of {machine}: http://127.0.0.1:{door.server_port}   (Ctrl-C closes it)")
        door.serve_forever()
