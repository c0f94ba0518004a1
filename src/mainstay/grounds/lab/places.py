"""Where a lab keeps its things on this computer."""

import os
from dataclasses import dataclass
from pathlib import Path


def cache_folder() -> Path:
    """Mainstay's folder for what can be made again: $XDG_CACHE_HOME/mainstay."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mainstay"


def labs_folder() -> Path:
    """The folder of all labs of this user: $XDG_STATE_HOME/mainstay/labs."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "mainstay" / "labs"


@dataclass(frozen=True)
class Places:
    """The places of one lab: `state` is its folder on this computer, `project` its folder beside the user's file."""

    name: str
    state: Path
    project: Path

    @property
    def namespace(self) -> str:
        """The name of its network namespace."""
        return f"mainstay-{self.name}"

    @property
    def record(self) -> Path:
        """JSON: whose lab this is, its image, its machines and its door."""
        return self.state / "lab.json"

    @property
    def ssh_config(self) -> Path:
        """The OpenSSH configuration through which its machines are reached."""
        return self.project / "ssh_config"

    @property
    def key(self) -> Path:
        """The private key that opens its machines."""
        return self.project / "ssh_key"

    @property
    def known_hosts(self) -> Path:
        """The public keys of its machines."""
        return self.project / "known_hosts"

    def host_key(self, machine: str) -> Path:
        """The private key by which a machine is known."""
        return self.state / "keys" / machine

    def machine(self, name: str) -> Path:
        """The folder of a machine: its disk, and its console's log."""
        return self.state / "machines" / name

    def tag(self, machine: str) -> str:
        """A name for a machine that no other lab's machine has."""
        return f"mainstay-{self.name}-{machine}"
