"""What one instance needs on its machine: plain data, no secret values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class User:
    """A system user without shell or password, with a group of the same name; `groups` are those it joins."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directory:
    """A directory that exists, with this owner and mode. It is never removed: it may hold data."""

    path: str
    owner: str = "root"
    group: str = "root"
    mode: str = "755"


@dataclass(frozen=True)
class Content:
    """A file of the component's `templates/` folder and what it is rendered with; None copies it as it stands.

    With `beside` it is one that lies beside the `component.py` of that component.
    """

    template: str
    variables: Mapping[str, Any] | None = None
    beside: str = ""


@dataclass(frozen=True)
class File:
    """A file with this content, owner and mode.

    A component states `content` as `Content`, the compiler renders it to text. `validate` is a command in which
    `{candidate}` is the new file beside the old one: unless it succeeds, the old file stays.
    Secrets stand in the text as `${secret:NAME}` and are filled in on the way to the machine.
    """

    path: str
    content: Content | str
    owner: str = "root"
    group: str = "root"
    mode: str = "644"
    validate: str = ""

    @property
    def text(self) -> str:
        """The rendered content; empty while it is still a template."""
        return self.content if isinstance(self.content, str) else ""


@dataclass(frozen=True)
class Bundle:
    """A directory unpacked from the release named `release`; of its siblings the `keep` newest stay."""

    path: str
    release: str
    keep: int = 5


@dataclass(frozen=True)
class Link:
    """A symbolic link, changed atomically."""

    path: str
    target: str


@dataclass(frozen=True)
class Service:
    """A systemd unit that is enabled, and runs with its current inputs.

    `restart_on` and `reload_on` name files and links of the same install: when what they hold differs from what the
    unit was last started (or reloaded) with, it is restarted (or reloaded).
    `is_kept_elsewhere`: a program on the machine starts and stops it, and knows when that does no harm; it is only kept
    from starting by itself, and a change takes effect when it is next started.
    """

    unit: str
    restart_on: tuple[str, ...] = ()
    reload_on: tuple[str, ...] = ()
    is_kept_elsewhere: bool = False


@dataclass(frozen=True)
class Install:
    """All that one component needs on one machine."""

    packages: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    directories: tuple[Directory, ...] = ()
    files: tuple[File, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    links: tuple[Link, ...] = ()
    services: tuple[Service, ...] = ()
