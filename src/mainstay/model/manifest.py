"""Everything one machine must hold: plain data, JSON both ways, no secret values."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from inspect import signature
from typing import Any, TypeVar

from mainstay.model.install import Bundle, Directory, File, Install, Link, Service, User

Item = TypeVar("Item")


@dataclass(frozen=True)
class Manifest:
    """The installs of one machine, by component, in the order in which they are applied."""

    machine: str
    parts: Mapping[str, Install]

    @property
    def services(self) -> tuple[Service, ...]:
        """The services of all components."""
        return tuple(service for part in self.parts.values() for service in part.services)

    def only(self, components: Collection[str]) -> "Manifest":
        """The same machine with only these components."""
        return replace(self, parts={n: p for n, p in self.parts.items() if n in components})

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain JSON data; `from_json` is its inverse."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Manifest":
        """Build a manifest from what `to_json` gave."""
        return Manifest(data["machine"], {name: _install(part) for name, part in data["parts"].items()})


def _install(data: Mapping[str, Any]) -> Install:
    return Install(
        packages=tuple(data.get("packages", ())),
        users=_items(User, data.get("users", ())),
        directories=_items(Directory, data.get("directories", ())),
        files=_items(File, data.get("files", ())),
        bundles=_items(Bundle, data.get("bundles", ())),
        links=_items(Link, data.get("links", ())),
        services=_items(Service, data.get("services", ())),
    )


def _items(noun: Callable[..., Item], rows: Collection[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Nouns of JSON objects; what another version of Mainstay wrote and this one does not know is passed over."""
    known = signature(noun).parameters
    return tuple(
        noun(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k in known}) for row in rows
    )
