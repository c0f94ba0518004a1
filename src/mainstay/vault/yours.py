"""The user's own secrets: never made up, never shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from mainstay.vault.secret import Secret
from mainstay.vault.store import Store, VaultError

YOURS = "own"
"""With what their names begin in the file, before a `:`."""


@dataclass(frozen=True)
class Yours:
    """All of a site, in its store."""

    store: Store

    def all(self) -> dict[str, Secret]:
        """Each by its name."""
        known = self.store.read()
        return {name: Secret(known[f"{YOURS}:{name}"]) for name in self.store.below(YOURS)}

    def get(self, name: str) -> Secret:
        """One of them.

        Raises:
            VaultError: it is not set.
        """
        if name not in (all_of_them := self.all()):
            raise VaultError(f"The secret {name} is not set.", f"Set it: `mainstay secret set {name}`.")
        return all_of_them[name]

    def replace(self, values: Mapping[str, str]) -> None:
        """Keep these, and no others."""
        others = {name: value for name, value in self.store.read().items() if not name.startswith(f"{YOURS}:")}
        self.store.write({**others, **{f"{YOURS}:{name}": value for name, value in values.items()}})
