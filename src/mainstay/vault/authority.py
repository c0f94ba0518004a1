"""The site's certificate authority: makes certificates, and says when one is due. Keeps nothing; the vault does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=90)
CLOCKS_DIFFER = timedelta(hours=1)
"""A machine whose clock is behind by no more than this believes a new certificate."""

BOTH_SIDES = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
SERVER_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
PRIVATE_KEY_FORM = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@dataclass(frozen=True)
class Leaf:
    """Whom a certificate is for: what the machine does with it, the machine's name and its address.

    With the `domains` by which visitors come it is good for a server only: none of our own lets its bearer in.
    """

    purpose: str
    machine: str
    address: str
    domains: tuple[str, ...] = ()

    @property
    def name(self) -> x509.Name:
        """The common name is the purpose, so that a server can ask for it; the unit is the machine."""
        return _name(self.purpose, self.machine)

    @property
    def alternatives(self) -> x509.SubjectAlternativeName:
        """All names by which the machine is spoken to, by others and by itself."""
        names = [x509.DNSName(name) for name in (*self.domains, self.machine, "localhost") if name]
        addresses = [x509.IPAddress(IPv4Address(text)) for text in (self.address, "127.0.0.1")]
        return x509.SubjectAlternativeName([*names, *addresses])

    @property
    def usage(self) -> x509.ExtendedKeyUsage:
        """On which side of a connection it is good."""
        return SERVER_ONLY if self.domains else BOTH_SIDES


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key (ECDSA P-256), both as PEM text without a last line end."""

    certificate: str
    key: str

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate.

        Raises:
            ValueError: the text is none.
        """
        return x509.load_pem_x509_certificate(self.certificate.encode())

    @property
    def signer(self) -> ec.EllipticCurvePrivateKey:
        """The private key.

        Raises:
            ValueError: the text is none, or of another kind.
        """
        match serialization.load_pem_private_key(self.key.encode(), password=None):
            case ec.EllipticCurvePrivateKey() as key:
                return key
            case _:
                raise ValueError("the key is not one of an elliptic curve")


def found_authority(now: datetime) -> Pair:
    """A new authority, which signs itself."""
    return _authority(ec.generate_private_key(ec.SECP256R1()), now)


def renewed_authority(authority: Pair, now: datetime) -> Pair:
    """The same authority for another ten years: the key and the name stay, so that all it has issued stays good."""
    return _authority(authority.signer, now)


def issue(authority: Pair, leaf: Leaf, now: datetime) -> Pair:
    """A new certificate with a new key."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.signer
    known_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = (
        _builder(leaf.name, authority.parsed.subject, key, now, LEAF_LIFETIME)
        .add_extension(leaf.alternatives, critical=False)
        .add_extension(leaf.usage, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(known_by, critical=False)
    )
    return _pair(builder.sign(signer, hashes.SHA256()), key)


def ensure_sound(pair: Pair) -> None:
    """Check that both texts are what they should be, and belong together.

    Raises:
        ValueError: they are not, or do not.
    """
    if pair.signer.public_key() != pair.parsed.public_key():
        raise ValueError("its key is another's")


def is_running_out(pair: Pair, now: datetime) -> bool:
    """Whether less than a third of its life is left."""
    begins, ends = pair.parsed.not_valid_before_utc, pair.parsed.not_valid_after_utc
    return ends - now < (ends - begins) / 3


def is_for(pair: Pair, leaf: Leaf, authority: Pair) -> bool:
    """Whether this authority has issued it, to this machine at this address."""
    found = pair.parsed
    try:
        found.verify_directly_issued_by(authority.parsed)
    except (InvalidSignature, ValueError):
        return False
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.subject == leaf.name and names == leaf.alternatives


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> Pair:
    name = _name("Mainstay", "authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, name, key, now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str, unit: str) -> x509.Name:
    attributes = ((NameOID.ORGANIZATIONAL_UNIT_NAME, unit), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in attributes])


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    shown = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Pair(shown.strip(), key.private_bytes(*PRIVATE_KEY_FORM).decode().strip())
