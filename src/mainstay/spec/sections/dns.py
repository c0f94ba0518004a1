"""The section `dns` of `https: acme`: who serves the site's names, and takes the record that shows they are ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from mainstay.spec.sections.app import SECRET, plain_or_secret
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import ReadOnly, Section, own_keys
from mainstay.spec.sections.texts import AsWritten, Matching, chosen
from mainstay.spec.sections.units import Duration
from mainstay.spec.words import quote


@dataclass(frozen=True)
class Provider:
    """What one of certbot's plugins must be told, what it may be told, and the seconds until a record is seen.

    `secrets` are keys that the file does not hold but refers to.
    """

    secrets: tuple[str, ...]
    plain: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    seconds: float = 10

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys without which it does nothing."""
        return (*self.plain, *self.secrets)

    @property
    def known(self) -> tuple[str, ...]:
        """All of its keys."""
        return (*self.needed, *self.optional)


# Those that Debian packages, and that read a file of credentials. The seconds are certbot's own, but for RFC 2136 (60):
# there the very server is told that the authority asks, or one that it notifies.
RFC2136 = "rfc2136"
PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "cloudflare": Provider(("api_token",)),
        "digitalocean": Provider(("token",)),
        "dnsimple": Provider(("token",), seconds=30),
        "gehirn": Provider(("api_token", "api_secret"), seconds=30),
        "linode": Provider(("key",), seconds=120),
        "ovh": Provider(("application_secret", "consumer_key"), ("endpoint", "application_key"), seconds=120),
        RFC2136: Provider(("secret",), ("server", "name", "algorithm"), ("port",)),
        "sakuracloud": Provider(("api_token", "api_secret"), seconds=90),
    }
)
ProviderName = Literal["cloudflare", "digitalocean", "dnsimple", "gehirn", "linode", "ovh", "rfc2136", "sakuracloud"]
NAMES: tuple[ProviderName, ...] = get_args(ProviderName)
_SHORTEST, _LONGEST = 1.0, 600.0


def quotable(value: str) -> str:
    r"""Return a value of the credentials unchanged, or refuse one with `"` or `\`, for which certbot has no sign."""
    for char in '"\\':
        if char in value:
            raise refused(f"{quote(char)} cannot stand in a value for certbot.", "Write the value without it.")
    return value


def sensible_wait(value: float) -> float:
    """Return the wait unchanged, or refuse one outside 1s to 10m."""
    if not _SHORTEST <= value <= _LONGEST:
        raise refused(f"{value:g} seconds are not between 1s and 10m.")
    return value


Key = Annotated[str, Matching("[a-z0-9_]+", "a key of certbot's credentials", "Write one such as api_token.")]
Value = Annotated[AsWritten, AfterValidator(plain_or_secret), AfterValidator(quotable)]


class Dns(Section):
    """By what provider's interface a record comes into the site's zone, and goes again."""

    provider: Annotated[ProviderName, chosen("a DNS provider that is known here", NAMES)] = Field(
        description="Who serves the names: one of certbot's plugins."
    )
    credentials: ReadOnly[Key, Value] = Field(
        description="What the plugin is told; keys and tokens of yours are written as `${secret:NAME}`.",
        json_schema_extra=own_keys,
    )
    wait: Annotated[Duration, AfterValidator(sensible_wait)] | None = Field(
        None, description="How long a new record takes to be seen, from 1s to 10m; left out, by the provider."
    )

    @property
    def seconds(self) -> float:
        """How long a new record takes to be seen."""
        return PROVIDERS[self.provider].seconds if self.wait is None else self.wait

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the user's own secrets that are referred to."""
        return tuple(sorted({name for value in self.credentials.values() for name in SECRET.findall(value)}))
