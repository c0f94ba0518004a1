"""The lab's SSH keys, and the one OpenSSH configuration through which its machines are reached."""

from collections.abc import Sequence
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.lab import network
from mainstay.grounds.lab.places import Places
from mainstay.grounds.reach import sharing
from mainstay.model.machine import Machine


def ensure_pair(private: Path) -> str:
    """Afterwards there is an Ed25519 pair; gives the public key."""
    public = private.with_suffix(".pub")
    if not (private.exists() and public.exists()):
        private.unlink(missing_ok=True)
        private.parent.mkdir(parents=True, exist_ok=True)
        shell.run_or_fail(
            ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mainstay", "-f", str(private)), "Making an SSH key"
        )
    return public.read_text()


def write_ssh_config(places: Places, machines: Sequence[Machine]) -> None:
    """Write the configuration and the machines' pinned keys; keys that are missing are made."""
    ensure_pair(places.key)
    pinned = "".join(f"{m.name} {ensure_pair(places.host_key(m.name)).strip()}\n" for m in machines)
    _replace(places.known_hosts, pinned)
    _replace(places.ssh_config, _common(places) + "".join(_host(machine) for machine in machines))


def _common(places: Places) -> str:
    enter = f"nsenter --net={network.path(places.namespace)} socat - TCP:%h:%p,connect-timeout=5,nodelay"
    return (
        "# Written by Mainstay: every way into the lab's machines goes through this file.\n"
        f"Host *\n  User root\n  IdentityFile {places.key}\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {places.known_hosts}\n  StrictHostKeyChecking yes\n"
        f"  ProxyCommand {enter}\n{sharing(places.project)}"
    )


def _host(machine: Machine) -> str:
    return f"\nHost {machine.name}\n  HostName {machine.address}\n  HostKeyAlias {machine.name}\n"


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)
