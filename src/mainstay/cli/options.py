"""The options that every verb understands."""

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site, open_site

Function = Callable[..., Any]
FORMS = ("text", "json", "yaml")


@dataclass(frozen=True)
class Options:
    """What the user asked for beside the verb itself."""

    file: Path
    environment: str | None
    machines: tuple[str, ...]
    is_verbose: bool
    is_quiet: bool
    is_agreed: bool
    is_dry: bool
    output: str

    def site(self) -> Site:
        """Open the user's file."""
        return open_site(self.file, self.environment)

    def chosen(self, site: Site) -> list[str]:
        """The machines that `-m` names, or all.

        Raises:
            click.BadParameter: one of them is not in the file.
        """
        known = [machine.name for machine in site.machines]
        for name in self.machines:
            if name not in known:
                raise click.BadParameter(f"there is no machine named {name}; there are {', '.join(known)}")
        return list(self.machines) or known

    def ensure_agreed(self, what: str, name: str) -> None:
        """Ask for a name to be typed back before something is destroyed.

        Raises:
            OperationError: it was not, or there is no terminal to ask at.
        """
        if not self.agrees(what, name):
            raise OperationError("Nothing was done.", "Type the name as it stands, or add -y.")

    def agrees(self, what: str, name: str) -> bool:
        """Whether the user types the name back, or has said `-y`."""
        if self.is_agreed:
            return True
        if not sys.stdin.isatty():
            click.echo(f"{what}. There is no terminal to ask at.", err=True)
            return False
        return bool(click.prompt(f"{what}.\nType {name} to go on", default="", show_default=False) == name)

    def consent(self, what: str, names: Sequence[str]) -> bool:
        """The same for several names, typed with spaces between them."""
        return self.agrees(f"{what}: {', '.join(names)}", " ".join(names))


def with_options(function: Function) -> Function:
    """Give a verb the global options; it is called with `options=`."""

    @functools.wraps(function)
    def call(**given: Any) -> Any:
        own = {name: value for name, value in given.items() if name not in _NAMES}
        return function(options=Options(*(given[name] for name in _NAMES)), **own)

    decorated: Function = call
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


_NAMES = ("file", "env", "machine", "verbose", "quiet", "yes", "dry_run", "output")
"""The parameters that click gives, in the order of `Options`."""

_OPTIONS: tuple[Callable[[Function], Function], ...] = (
    click.option("-c", "--file", type=click.Path(path_type=Path), default="mainstay.yaml", help="The file to read."),
    click.option("-e", "--env", metavar="ENV", help="Lay mainstay.ENV.yaml over it."),
    click.option("-m", "--machine", multiple=True, metavar="MACHINE", help="Only this machine; may be repeated."),
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
    click.option("-q", "--quiet", is_flag=True, help="Say only the result."),
    click.option("-y", "--yes", is_flag=True, help="Do not ask."),
    click.option("--dry-run", is_flag=True, help="Show what would be done, do nothing."),
    click.option("-o", "--output", type=click.Choice(FORMS), default="text", help="Form of the answer."),
)  # fmt: skip
