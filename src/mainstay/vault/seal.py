"""Sealing for a team: text that only the keys of named people open (age, https://age-encryption.org)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from mainstay.model.error import MainstayError

IDENTITY = "MAINSTAY_IDENTITY"
"""The environment variable that names the file of one's own key: age's, or OpenSSH's."""

USUAL_KEYS = (".config/mainstay/identity", ".ssh/id_ed25519", ".ssh/id_rsa")
"""Where it is looked for otherwise, from the home folder on."""

OWN_KEY = "AGE-SECRET-KEY-1"


class SealError(MainstayError):
    """It does not open with any key that was found, or cannot be closed for somebody."""


@dataclass(frozen=True)
class Seal:
    """The sealed file, and for whom: public keys of age (`age1…`) or OpenSSH (`ssh-ed25519 …`)."""

    file: Path
    recipients: tuple[str, ...] = ()

    def close(self, text: str) -> bytes:
        """The text, sealed, in age's armored form.

        Raises:
            SealError: a recipient is none.
        """
        sealed: bytes = pyrage.encrypt(text.encode(), [recipient(key) for key in self.recipients], armored=True)
        return sealed

    def open(self, sealed: bytes) -> str:
        """The text.

        Raises:
            SealError: no key that was found opens it.
        """
        files = [file for file in _key_files() if file.exists()]
        identities = [identity for file in files for identity in _identities(file)]
        looked = ", ".join(map(str, files)) or "there is none"
        fix = f"Name the file of yours in {IDENTITY}; who can open it adds you to `secrets: recipients` and runs `up`."
        if not identities:
            raise SealError(f"it is sealed, and no key was found to open it with ({looked})", fix)
        try:
            text: bytes = pyrage.decrypt(sealed, identities)
            return text.decode()
        except pyrage.DecryptError as error:
            raise SealError(f"it is sealed, and no key here opens it ({looked}): {error}", fix) from error


def recipient(key: str) -> Any:
    """Somebody's public key, as `pyrage` has it.

    Raises:
        SealError: it is none.
    """
    try:
        if key.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(key)
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise SealError(f"{key} is no public key of age or OpenSSH: {error}", "It stands under `secrets:`.") from error


def _key_files() -> list[Path]:
    named = os.environ.get(IDENTITY)
    return [Path(named)] if named else [Path.home() / path for path in USUAL_KEYS]


def _identities(file: Path) -> Iterator[Any]:
    """The keys in a file; none in one that needs a passphrase."""
    text = file.read_text()
    try:
        if "PRIVATE KEY-----" in text:
            yield pyrage.ssh.Identity.from_buffer(text.encode())
        for line in text.splitlines():
            if line.startswith(OWN_KEY):
                yield pyrage.x25519.Identity.from_str(line.strip())
    except pyrage.IdentityError:
        return
