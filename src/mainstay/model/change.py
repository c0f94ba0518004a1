"""One step that brings a machine closer to its manifest."""

from dataclasses import dataclass

from mainstay.model.install import Bundle, Directory, File, Link, User


@dataclass(frozen=True)
class Packages:
    """Distribution packages to install."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """What is to be done with a systemd unit, and the digests to note.

    `action` is "start", "restart", "reload", "enable", "disable" or "stop".
    """

    name: str
    action: str
    restart_digest: str = ""
    reload_digest: str = ""


@dataclass(frozen=True)
class Removal:
    """A file or link that nothing wants any longer."""

    path: str


Subject = Packages | User | Directory | Bundle | File | Link | Unit | Removal


@dataclass(frozen=True)
class Change:
    """A step, the component it is for, and what to tell the user: a sentence, and a unified diff where there is one."""

    component: str
    subject: Subject
    summary: str
    diff: str = ""
