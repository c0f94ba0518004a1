"""Whether a certificate that the user brought will do: said before a balancer is given it."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


def ensure_fits(chain: str, key: str, domains: Sequence[str], now: datetime) -> None:
    """Check a certificate with its chain, and its key, both PEM, against the names by which visitors come.

    Raises:
        ValueError: one is not PEM, they do not belong together, it is another's, or it is not good today.
    """
    leaf = _certificates(chain)[0]
    if _private(key).public_key() != leaf.public_key():
        raise ValueError("the key is another certificate's")
    if leaf.not_valid_after_utc < now:
        raise ValueError(f"it ended on {leaf.not_valid_after_utc:%Y-%m-%d}")
    if leaf.not_valid_before_utc > now:
        raise ValueError(f"it begins on {leaf.not_valid_before_utc:%Y-%m-%d} only")
    names = _names(leaf)
    left = [name for name in domains if name not in names and f"*.{name.partition('.')[2]}" not in names]
    if left:
        raise ValueError(f"it is for {', '.join(names) or 'no name'}, and not for {', '.join(left)}")


def _certificates(chain: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain.encode())
    except ValueError as error:
        raise ValueError("it is no certificate in PEM") from error


def _private(key: str) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("the key is none in PEM, or needs a passphrase") from error


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return found.get_values_for_type(x509.DNSName)
