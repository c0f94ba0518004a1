"""The secrets of one site, generated when first asked for and kept in a file that only its owner can read."""

import json
import os
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from mainstay.model.error import MainstayError
from mainstay.model.manifest import Manifest
from mainstay.vault.secret import Secret

REFERENCE = re.compile(r"\$\{secret:([a-z0-9-]+)\}")
LENGTH = 32


class VaultError(MainstayError):
    """The file of secrets cannot be read: it is never overwritten then."""


@dataclass(frozen=True)
class Vault:
    """The secrets in one file (JSON, mode 600)."""

    file: Path

    def secret(self, name: str) -> Secret:
        """The secret of this name; a new random one (32 letters and digits) if there is none yet.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        known = self._read()
        if name not in known:
            known[name] = secrets.token_hex(LENGTH // 2)
            self._write(known)
        return Secret(known[name])

    def fill_in(self, text: str) -> str:
        """The text with each `${secret:NAME}` replaced by its value."""
        return REFERENCE.sub(lambda found: self.secret(found.group(1)).reveal(), text)

    def fill_in_manifest(self, manifest: Manifest) -> Manifest:
        """The manifest as its machine is to have it: for the machine only, never to be shown or kept."""
        parts = {
            name: replace(part, files=tuple(replace(f, content=self.fill_in(f.text)) for f in part.files))
            for name, part in manifest.parts.items()
        }
        return replace(manifest, parts=parts)

    def ensure_folder(self) -> None:
        """Afterwards the folder is there, and version control takes nothing in it."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        (self.file.parent / ".gitignore").write_text("*\n")

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise VaultError(f"{self.file} holds the site's secrets and cannot be read: {error}") from error
        if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
            raise VaultError(
                f"{self.file} holds the site's secrets and cannot be read: it is no list of names and values"
            )
        return known

    def _write(self, known: dict[str, str]) -> None:
        """Replace the file whole, never readable by others."""
        self.ensure_folder()
        fresh = self.file.with_name(self.file.name + ".new")
        fresh.unlink(missing_ok=True)  # what a run that broke off left may be readable by others
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as sink:
            json.dump(known, sink, indent=1)
            sink.flush()
            os.fsync(sink.fileno())
        fresh.replace(self.file)
