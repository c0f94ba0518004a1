"""What a machine answered when it was asked how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.model.manifest import Manifest


@dataclass(frozen=True)
class FileState:
    """A file as it lies on the machine: SHA-256 of its bytes (hexadecimal), owner, group and octal mode."""

    digest: str
    owner: str
    group: str
    mode: str


@dataclass(frozen=True)
class UnitState:
    """A systemd unit: is it running, is it enabled, and the digests of the inputs it was last started with."""

    active: bool = False
    enabled: bool = False
    restart_digest: str = ""
    reload_digest: str = ""


@dataclass(frozen=True)
class MachineState:
    """One machine's answer. Only what its own record names is described; all else counts as absent.

    `record` is the manifest that was last applied there (with all that an interrupted run may have added).
    """

    record: Manifest | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directories: Mapping[str, FileState] = field(default_factory=dict)
    files: Mapping[str, FileState] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    bundles: tuple[str, ...] = ()
    units: Mapping[str, UnitState] = field(default_factory=dict)
