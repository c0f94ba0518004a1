"""The site's certificate authority with all that it has issued, and how another takes its place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mainstay.vault.authority import (
    Leaf,
    Pair,
    ensure_sound,
    found_authority,
    is_for,
    is_running_out,
    issue,
    renewed_authority,
)
from mainstay.vault.store import Store, VaultError

AUTHORITY, HEIR, FORMER = "authority", "heir", "former"
"""Who issues; who is believed already and will issue next; who issues no longer and is believed still."""

CERTIFICATE, KEY = "certificate", "key"
"""With what their names begin in the file, before a `:`."""


def utc_now() -> datetime:
    """The time of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Certificates:
    """All of a site, in its store, which the authority's key never leaves. Two sites never share an authority."""

    store: Store
    now: Callable[[], datetime] = utc_now

    @property
    def are_there(self) -> bool:
        """Whether there is an authority already; asked before what may not found one."""
        return self._pair(AUTHORITY) is not None

    def authority(self) -> Pair:
        """The site's authority, made when there is none; renewed with the same key when less than a third is left.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        there = self._pair(AUTHORITY)
        if there is None:
            return self._kept(AUTHORITY, found_authority(self.now()))
        if is_running_out(there, self.now()):
            return self._kept(AUTHORITY, renewed_authority(there, self.now()))
        return there

    def identity(self, leaf: Leaf) -> Pair:
        """The certificate of a machine for a purpose, and its key.

        A new one is issued when there is none, when less than a third of its life is left, and when the machine's
        address or the authority is another.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        name, authority = f"{leaf.purpose}/{leaf.machine}", self.authority()
        there = self._pair(name)
        if there and is_for(there, leaf, authority) and not is_running_out(there, self.now()):
            return there
        return self._kept(name, issue(authority, leaf, self.now()))

    def believed(self) -> str:
        """The certificates of all whom everybody of the site is to believe (PEM): the authority, and one beside it.

        The elder stands first, so that the text is the same before and after the heir is crowned.
        """
        found = (self._pair(FORMER), self.authority(), self._pair(HEIR))
        return "\n".join(pair.certificate for pair in found if pair)

    def succession(self) -> str:
        """How far another authority has come: "" (there is none), HEIR, or FORMER."""
        return next((name for name in (HEIR, FORMER) if self._pair(name)), "")

    def name_heir(self) -> None:
        """A second authority, to be believed from now on beside the first."""
        assert not self.succession()
        self._kept(HEIR, found_authority(self.now()))

    def crown_heir(self) -> None:
        """The heir issues from now on; once everybody believes it."""
        heir, former = self._pair(HEIR), self.authority()
        assert heir
        others = {n: v for n, v in self.store.read().items() if n not in (f"{CERTIFICATE}:{HEIR}", f"{KEY}:{HEIR}")}
        self.store.write({**others, **_rows(AUTHORITY, heir), **_rows(FORMER, former)})

    def forget_former(self) -> None:
        """Nobody is to believe the former any longer; once nobody shows what it issued."""
        self.store.keep(lambda name: name not in (f"{CERTIFICATE}:{FORMER}", f"{KEY}:{FORMER}"))

    def _pair(self, name: str) -> Pair | None:
        """What is kept under a name; what cannot be read stops us, since a new authority would be everybody's end."""
        known = self.store.read()
        if f"{CERTIFICATE}:{name}" not in known:
            return None
        pair = Pair(known[f"{CERTIFICATE}:{name}"], known.get(f"{KEY}:{name}", ""))
        try:
            ensure_sound(pair)
        except ValueError as error:
            what = f"{self.store.lies_at} holds a certificate that cannot be read, {name}: {error}"
            raise VaultError(what) from error
        return pair

    def _kept(self, name: str, pair: Pair) -> Pair:
        self.store.write({**self.store.read(), **_rows(name, pair)})
        return pair


def _rows(name: str, pair: Pair) -> dict[str, str]:
    return {f"{CERTIFICATE}:{name}": pair.certificate, f"{KEY}:{name}": pair.key}
