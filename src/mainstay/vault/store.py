"""Where a site's secrets lie: names and values in one file, for its owner alone or sealed for a team."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mainstay.model.error import MainstayError
from mainstay.vault.seal import Seal, SealError

SEALED_FOR = "sealed:for"
"""Under which a sealed file says for whom: age does not tell."""


class VaultError(MainstayError):
    """The file of secrets, or one that the user brought, cannot be read: it is never overwritten then."""


@dataclass(frozen=True)
class Store:
    """The file (JSON, mode 600); with a `seal` for somebody, one that only their keys open, in its place."""

    file: Path
    seal: Seal | None = None

    @property
    def lies_at(self) -> Path:
        """The file that is there; the one that will be, while there is none."""
        is_sealed = self.seal and (self.seal.file.exists() or (self._team and not self.file.exists()))
        return self.seal.file if self.seal and is_sealed else self.file

    def read(self) -> dict[str, str]:
        """All names and values.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        return {name: value for name, value in self._read().items() if name != SEALED_FOR}

    def write(self, known: Mapping[str, str]) -> None:
        """Replace the file whole, never readable by others; of the two, one is left, and none for no secrets.

        Raises:
            SealError: one of those it is to be sealed for is no public key.
        """
        self.ensure_folder()
        written = self._written(known) if known else None
        for file in (self.file, *((self.seal.file,) if self.seal else ())):
            if file != written:
                file.unlink(missing_ok=True)

    def below(self, kind: str) -> tuple[str, ...]:
        """What follows `KIND:` in the names that begin so."""
        return tuple(sorted(name.partition(":")[2] for name in self.read() if name.startswith(f"{kind}:")))

    def keep(self, is_kept: Callable[[str], bool]) -> None:
        """Forget all others, by their names."""
        known = self.read()
        kept = {name: value for name, value in known.items() if is_kept(name)}
        if kept != known:
            self.write(kept)

    def ensure_sealed(self) -> None:
        """Afterwards the secrets lie as the user's file says: in the clear, or sealed for exactly those it names.

        Raises:
            VaultError: they cannot be read; or they lie in both places, and are not the same: neither is touched.
        """
        known = self._read()
        if self.file.exists() and self.lies_at != self.file:
            self._ensure_only_a_copy()
        if known and known.get(SEALED_FOR, "") != self._team:
            self.write(self.read())

    def ensure_folder(self) -> None:
        """Afterwards the folder is there, and version control takes nothing in it."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        (self.file.parent / ".gitignore").write_text("*\n")

    @property
    def _team(self) -> str:
        return "\n".join(self.seal.recipients) if self.seal else ""

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self._text())
        except FileNotFoundError:
            return {}
        except SealError as error:
            raise self._unreadable(error.what, error.fix) from error
        except (OSError, ValueError) as error:
            raise self._unreadable(str(error)) from error
        if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
            raise self._unreadable("it is no list of names and values")
        return known

    def _ensure_only_a_copy(self) -> None:
        """A run that was killed while it sealed them leaves the file in the clear; else it is of somebody else."""
        if replace(self, seal=None).read() != self.read():
            what = f"{self.lies_at} and {self.file} both hold secrets of the site, and they are not the same."
            raise VaultError(what, "Move away the one that is not in use.")
        self.file.unlink()

    def _text(self) -> str:
        if self.seal and self.lies_at == self.seal.file:
            return self.seal.open(self.seal.file.read_bytes())
        return self.file.read_text()

    def _written(self, known: Mapping[str, str]) -> Path:
        if not self.seal or not self._team:
            _replace(self.file, json.dumps(known, indent=1).encode())
            return self.file
        _replace(self.seal.file, self.seal.close(json.dumps({**known, SEALED_FOR: self._team}, indent=1)))
        return self.seal.file

    def _unreadable(self, why: str, fix: str = "") -> VaultError:
        return VaultError(f"{self.lies_at} holds the site's secrets and cannot be read: {why}", fix)


def _replace(file: Path, content: bytes) -> None:
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)  # what a run that broke off left may be readable by others
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as sink:
        sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())
    fresh.replace(file)
