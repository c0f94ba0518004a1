"""`mainstay secret`: your secrets, and Mainstay's own."""

import shlex
import sys
from collections.abc import Mapping

import click
from rich.table import Table

from mainstay.cli.options import Options, with_options
from mainstay.cli.output import counted, say, show, wide_console
from mainstay.cli.plan import print_plan
from mainstay.cli.progress import Progress
from mainstay.cli.up import tell
from mainstay.operations.authority import replace_authority
from mainstay.operations.errors import OperationError
from mainstay.operations.renewal import Renewed, ensured, renew_certificates
from mainstay.operations.secrets import change_own, ensure_name, known, missing, renew
from mainstay.operations.timer import timer_for
from mainstay.operations.up import up
from mainstay.spec import SpecError, texts_by_name

AUTHORITY = "authority"
EXPLAINED = "# Your secrets, as NAME: value. Under `app: env`, ${secret:NAME} stands for one. Saved, they are kept.\n"


@click.group()
def command() -> None:
    """Your own secrets, used as `${secret:NAME}` under `app: env`, and new passwords and certificates for the site."""


@command.command("set")
@click.argument("name")
@with_options
def set_command(options: Options, name: str) -> None:
    """Keep a secret: its value is asked for, or read from standard input. The next `up` brings it to its place."""
    ensure_name(name)
    if sys.stdin.isatty():
        value = click.prompt(name, hide_input=True, confirmation_prompt="Again")
    else:
        value = sys.stdin.read().removesuffix("\n")
    if not value:
        raise OperationError("The value is empty; nothing was changed.")
    change_own(options.site(), lambda own: {**own, name: value})
    say(f"{name} is set. `mainstay up` brings it to the application.")


@command.command("remove")
@click.argument("name")
@with_options
def remove_command(options: Options, name: str) -> None:
    """Forget a secret of yours."""
    site = options.site()
    if name not in site.vault.yours.all():
        raise OperationError(f"There is no secret {name} of yours.", "`mainstay secret list` names them.")
    options.ensure_agreed(f"The secret {name} will be gone", name)
    change_own(site, lambda own: {other: value for other, value in own.items() if other != name})
    say(f"{name} is gone.")


@command.command("list")
@with_options
def list_command(options: Options) -> None:
    """The names of all secrets; never a value. Exit status 1 if the file names one that is not set."""
    site = options.site()
    found, unset = known(site), missing(site)
    if options.output != "text":
        rows = [{"secret": s.name, "made_by": s.made_by, "used": s.is_used} for s in found]
        show({"secrets": rows, "missing": list(unset)}, options.output)
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("secret", "made by", "used"):
            table.add_column(heading, header_style="dim")
        for secret in found:
            table.add_row(secret.name, secret.made_by, "yes" if secret.is_used else "no")
        wide_console().print(table)
        for name in unset:
            say(f"{name} is not set, and `app: env` names it: `mainstay secret set {name}`.")
    sys.exit(1 if unset else 0)


@command.command("edit")
@with_options
def edit_command(options: Options) -> None:
    """Open all secrets of yours in $EDITOR, as `NAME: value`. What is taken away there is gone."""
    change_own(options.site(), _edited)


@command.command("rotate")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@with_options
def rotate_command(options: Options, names: tuple[str, ...]) -> None:
    """New passwords for the database's accounts, all or these, while the site serves: no login fails meanwhile.

    `authority` is the site's certificate authority: another takes its place in three steps, each of them an `up`.
    """
    site = options.site()
    if AUTHORITY in names and len(names) > 1:
        raise OperationError("The authority is replaced by itself.", "Rotate the passwords before, or afterwards.")
    with Progress(options.is_quiet) as progress:
        if AUTHORITY in names:
            said = "The site has another authority; nobody believes the former any longer."
            done = replace_authority(site, progress, options.consent)
        else:
            said = f"New passwords: {', '.join(renew(site, names))}. The former ones let nobody in any longer."
            done = up(site, progress, options.consent)
    if options.output == "text":
        say(said)
    tell(done, progress.seconds, options)


@command.command("renew")
@click.option("--timer", "is_timer", is_flag=True, help="Print what has it run every week: a script that writes units.")
@with_options
def renew_command(options: Options, is_timer: bool) -> None:
    """Renew certificates of the site's own authority that have less than a third of their life left; nothing else.

    They come to the machines as by an `up`, which no visitor notices. Where an `up` would change anything else, it
    refuses. It asks nothing, so that a timer can run it.
    """
    site = options.site()
    if is_timer:
        _print_timer(options)
        return
    if options.is_dry:
        print_plan(ensured(site), options.chosen(site), options)
        return
    with Progress(options.is_quiet) as progress:
        renewed = renew_certificates(site, progress)
    _tell_renewed(renewed, progress.seconds, options)


def _tell_renewed(renewed: Renewed, seconds: float, options: Options) -> None:
    until = renewed.good_until
    if options.output != "text":
        ends = until.isoformat() if until else None
        show({"changes": renewed.changes, "good_until": ends, "seconds": round(seconds, 1)}, options.output)
        return
    if until is None:
        say("Machines of this site know each other by no certificates.")
    elif renewed.is_nothing:
        say(f"Nothing to do: all certificates are good until {until:%Y-%m-%d}, or longer.")
    else:
        say(
            f"Renewed in {seconds:.1f} s: all certificates are good until {until:%Y-%m-%d}, or longer.",
            bold=True,
            colour="green",
        )
        for machine, count in renewed.changes.items():
            say(f"  {machine}: {counted(count, 'change')}")


def _print_timer(options: Options) -> None:
    """As a script, which can be read before it is run."""
    timer = timer_for(options.site(), options.file, options.environment)
    if options.output != "text":
        files = {str(path): text for path, text in timer.files.items()}
        show({"files": files, "commands": list(timer.commands)}, options.output)
        return
    say(f"# A timer for {timer.name}. To switch it on, pass this to `sh`; docs/how-to/keep-secrets.md says more.")
    say(f"mkdir -p {shlex.quote(str(timer.folder))}")
    for path, text in timer.files.items():
        say(f"\ncat > {shlex.quote(str(path))} <<'END'\n{text}END")
    say("\n" + "\n".join(timer.commands))


def _edited(own: dict[str, str]) -> Mapping[str, str]:
    """What the user makes of them; asked again while it cannot be understood, so that nothing typed is lost."""
    text: str | None = EXPLAINED + texts_by_name.written(own)
    while True:
        if (text := click.edit(text, extension=".yaml")) is None:
            raise OperationError("Nothing was changed.")
        try:
            edited = texts_by_name.read(text, "your secrets")
            for name in edited:
                ensure_name(name)
        except (SpecError, OperationError) as error:
            click.echo(str(error), err=True)
            click.confirm("Open it again?", default=True, abort=True)
        else:
            return edited
