"""`mainstay up`: make it so."""

import click

from mainstay.cli.good_until import sentence
from mainstay.cli.options import Options, with_options
from mainstay.cli.output import counted, say, show
from mainstay.cli.plan import print_plan
from mainstay.cli.progress import Progress
from mainstay.operations.prepare import prepare
from mainstay.operations.up import Done, up


@click.command()
@with_options
def command(options: Options) -> None:
    """Make it so: bring every machine to what mainstay.yaml says. Interrupted, the next `up` finishes it."""
    site = options.site()
    if options.is_dry:
        print_plan(prepare(site), options.chosen(site), options)
        return
    with Progress(options.is_quiet) as progress:
        done = up(site, progress, options.consent)
    tell(done, progress.seconds, options)


def tell(done: Done, seconds: float, options: Options) -> None:
    """Say what `up` did, in the form that was asked for."""
    if options.output != "text":
        show(
            {
                "changes": done.changes,
                "site": done.endpoints[0],
                "sites": list(done.endpoints),
                "good_until": done.good_until.isoformat() if done.good_until else None,
                "seconds": round(seconds, 1),
            },
            options.output,
        )
        return
    _summarise(done, seconds)
    if done.good_until:
        say(sentence(options.site(), done.good_until, options))


def _summarise(done: Done, seconds: float) -> None:
    if done.is_nothing:
        say(f"Nothing to do: all {len(done.changes)} machines are as mainstay.yaml says ({seconds:.1f} s).")
    else:
        say(f"Done in {seconds:.1f} s.", bold=True, colour="green")
        for machine, count in done.changes.items():
            say(f"  {machine}: {counted(count, 'change')}")
    say(f"Open {' or '.join(done.endpoints)}")
    if done.authority_file:
        say(f"Its certificate is of the site's own authority, which no browser knows: {done.authority_file}")
