"""What a machine answered when it was asked how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.model.manifest import Manifest


@dataclass(frozen=True)
class FileState:
    """A file or directory as it lies on the machine: its owner, group and octal mode.

    `digest` is the SHA-256 of a file's bytes in hexadecimal, "" for a directory.
    """

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
    """One machine's answer. Only what its own records name is described; all else counts as absent.

    `record` is the manifest that was last applied there to the end; `attempted` one that a run began to apply and did
    not finish. `python` is its Python's version ("3.14"), `processor` its kind ("x86_64").
    """

    python: str = ""
    processor: str = ""
    record: Manifest | None = None
    attempted: Manifest | None = None
    packages: frozenset[str] = frozenset()
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paths: Mapping[str, FileState] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, UnitState] = field(default_factory=dict)

    @property
    def recorded(self) -> tuple[Manifest, ...]:
        """All manifests that may have left something on the machine, the newest last."""
        return tuple(manifest for manifest in (self.record, self.attempted) if manifest is not None)
