"""`secret`: the user's own secrets, and new values for those that Mainstay makes."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site

NAME = re.compile("[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Known:
    """A secret, but for its value: who made it, `you` or `mainstay`, and whether the file names it (ours: always)."""

    name: str
    made_by: str
    is_used: bool


def known(site: Site) -> tuple[Known, ...]:
    """The user's own secrets, then the passwords made here."""
    used = site.spec.own_secrets
    own = sorted({*site.vault.yours.all()})
    return (
        *(Known(name, "you", name in used) for name in own),
        *(Known(n, "mainstay", True) for n in site.vault.passwords.names()),
    )


def missing(site: Site) -> tuple[str, ...]:
    """Those that the file names and that are not set."""
    return tuple(name for name in site.spec.own_secrets if name not in site.vault.yours.all())


def change_own(site: Site, change: Callable[[dict[str, str]], Mapping[str, str]]) -> None:
    """Replace the user's own secrets by what the change makes of them. They reach the machines by the next `up`."""
    with only_operator(site):
        site.vault.store.ensure_sealed()
        there = {name: secret.reveal() for name, secret in site.vault.yours.all().items()}
        after = change(dict(there))
        if after != there:
            site.vault.yours.replace(after)


def renew(site: Site, names: Collection[str]) -> tuple[str, ...]:
    """Give secrets that Mainstay made a new value, all if none is named; `up` brings it to everybody.

    Where an earlier renewal has not come to its end, nothing new is made: `up` finishes that one. Gives the names of
    those which it will bring.

    Raises:
        OperationError: there are none; a name is not known, or is of the user's own.
    """
    with only_operator(site):
        site.vault.store.ensure_sealed()
        if not (made := site.vault.passwords.names()):
            raise OperationError("Mainstay has made no passwords yet.", "Run `mainstay up`.")
        for name in names:
            if name not in made:
                fix = f"`mainstay secret set {name}`, then `mainstay up`." if name in site.vault.yours.all() else ""
                raise OperationError(f"Mainstay made no secret {name}; it made {', '.join(made)}.", fix)
        if not site.vault.passwords.renewed():
            for name in names or made:
                site.vault.passwords.renew(name)
        return site.vault.passwords.renewed()


def ensure_name(name: str) -> None:
    """Check the name of a secret.

    Raises:
        OperationError: it is none.
    """
    if not NAME.fullmatch(name):
        raise OperationError(f"{name!r} is no name for a secret.", "Use A-Z, a-z, 0-9, `_` and `-`.")
