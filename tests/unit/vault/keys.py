"""Keys of people, made for a test: a private key's file, and the line that names its owner."""

from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def of_age(file: Path) -> str:
    """The public key of a new key of age in the file."""
    key = pyrage.x25519.Identity.generate()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# created: 2026-11-23\n{key}\n")
    return str(key.to_public())


def of_openssh(file: Path, passphrase: str = "") -> str:
    """The public key of a new key of OpenSSH in the file."""
    key = Ed25519PrivateKey.generate()
    cover: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, cover))
    return f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} ada@example.test"
