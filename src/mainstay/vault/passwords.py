"""The passwords that are made here: random, and renewed while they are in use."""

import secrets
from dataclasses import dataclass

from mainstay.vault.secret import Secret
from mainstay.vault.store import Store, VaultError

LENGTH = 32
RENEWED = "renewed"
"""With what the note begins that a password's former value may still be in use."""


@dataclass(frozen=True)
class Passwords:
    """All of a site, in its store."""

    store: Store

    def get(self, name: str) -> Secret:
        """The password of this name; a new random one (32 letters and digits) if there is none yet.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        known = self.store.read()
        if name not in known:
            known[name] = _random()
            self.store.write(known)
        return Secret(known[name])

    def names(self) -> tuple[str, ...]:
        """The names of those that were made."""
        return tuple(sorted(name for name in self.store.read() if ":" not in name))

    def renew(self, name: str) -> None:
        """Give one a new value, and remember that the former may still be in use (`renewed`).

        Raises:
            VaultError: there is none of this name, or the former value of its last renewal may still be in use.
        """
        if name not in self.names():
            raise VaultError(f"There is no secret {name} that was made here: {', '.join(self.names()) or 'none was'}.")
        if name in self.renewed():
            raise VaultError(f"The last renewal of {name} has not come to its end.", "`mainstay up` finishes it.")
        self.store.write({**self.store.read(), f"{RENEWED}:{name}": "", name: _random()})

    def renewed(self) -> tuple[str, ...]:
        """The names of those whose former value may still be in use."""
        return self.store.below(RENEWED)

    def end_renewals(self) -> None:
        """Nobody uses a former value any longer."""
        self.store.keep(lambda name: not name.startswith(f"{RENEWED}:"))


def _random() -> str:
    return secrets.token_hex(LENGTH // 2)
