"""One machine of the lab: a layer of disk over the image, booted by systemd-nspawn."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab import network, process
from mainstay.grounds.lab.disk import Disk
from mainstay.grounds.lab.mount import unmount
from mainstay.grounds.lab.places import Places
from mainstay.model.machine import Machine

SYSTEMD_RUNS_HERE = Path("/run/systemd/system")


@dataclass(frozen=True)
class LabMachine:
    """A machine, the image its disk is laid over, and how large (in bytes) a new disk is."""

    places: Places
    name: str
    image: Path
    disk_bytes: int

    @property
    def folder(self) -> Path:
        """Its folder on this computer."""
        return self.places.machine(self.name)

    @property
    def disk(self) -> Disk:
        """What it writes to."""
        return Disk(self.folder)

    @property
    def root(self) -> Path:
        """Where its disk is mounted while it runs."""
        return self.folder / "root"

    @property
    def tag(self) -> str:
        """The name of its control group."""
        return self.places.tag(self.name)

    @property
    def is_running(self) -> bool:
        """Whether its process number 1 is alive."""
        return process.init_of(self.tag) is not None

    def furnish(self, identity: Machine, hosts: str, authorized_key: str, host_key: Path) -> None:
        """Lay out, on its own layer of disk, what it must know before its first boot."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.disk.ensure(self.disk_bytes)
        layer = self.disk.upper
        _write(layer / "etc/hostname", f"{self.name}\n")
        _write(layer / "etc/hosts", hosts)
        _write(layer / "etc/systemd/network/10-host0.network", _network_settings(identity))
        _write(layer / "root/.ssh/authorized_keys", authorized_key, mode=0o600)
        (layer / "root").chmod(0o700)
        (layer / "root/.ssh").chmod(0o700)
        (layer / "etc/ssh").mkdir(exist_ok=True)
        _write(layer / "etc/ssh/ssh_host_ed25519_key", host_key.read_text(), mode=0o600)
        _write(layer / "etc/ssh/ssh_host_ed25519_key.pub", host_key.with_suffix(".pub").read_text())

    def boot(self) -> None:
        """Afterwards it is booting; what was left of an earlier life is cleared first.

        Raises:
            GroundError: the image that its disk is laid over is gone.
        """
        if not self.image.is_dir():
            raise GroundError(
                f"The image that {self.name} was made from is gone from the cache: {self.image}.",
                "Its disk cannot be read without. Begin anew: `mainstay down --destroy`, then `mainstay up`.",
            )
        self.clear()
        self.disk.attach()
        options = f"lowerdir={self.image},upperdir={self.disk.upper},workdir={self.disk.work}"
        shell.run_or_fail(
            ("mount", "-t", "overlay", "-o", options, "overlay", str(self.root)), f"Mounting the disk of {self.name}"
        )
        shell.start_detached(self._start_command(), self.folder / "console.log")

    def clear(self) -> None:
        """Afterwards nothing of it runs and its disk is not mounted; the disk's content stays."""
        if init := process.init_of(self.tag):
            process.kill((init,))
        process.wait_until_gone(self.tag)
        unmount(self.root, f"Unmounting the disk of {self.name}")
        self.disk.detach()
        process.remove_group(self.tag)

    def shut_down(self, seconds: float = 20.0) -> None:
        """Afterwards it is off, in good order; one that takes longer than `seconds` loses its power."""
        if init := process.init_of(self.tag):
            process.ask_to_power_off(init)
            process.wait_for_end(init, seconds)
        self.clear()

    def remove(self) -> None:
        """Afterwards nothing is left of it."""
        self.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_command(self) -> tuple[str, ...]:
        """nspawn inside the lab's network, in a control group of the machine's own.

        Where systemd is not this computer's process number 1, all machines would share the starter's group, and
        `systemctl kill` on one would reach the others: so the starting shell first moves itself. Where it is, it makes
        the group, as a transient unit of the same name.
        """
        nspawn = (
            *network.entered(network.path(self.places.namespace)),
            "env", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", f"--directory={self.root}",
            f"--machine={self.tag}", f"--hostname={self.name}", f"--network-bridge={network.BRIDGE}",
            "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
        )  # fmt: skip
        if SYSTEMD_RUNS_HERE.exists():
            return ("systemd-run", "--quiet", f"--unit={self.tag}", "--property=Delegate=yes", "--collect", *nspawn)
        group = process.unified_hierarchy() / self.tag
        enter = f'mkdir -p {group} && echo $$ > {group}/cgroup.procs && exec "$@"'
        return ("sh", "-c", enter, "sh", *nspawn)


def _network_settings(identity: Machine) -> str:
    return (
        "[Match]\nName=host0\n\n"
        f"[Network]\nAddress={identity.address}/{network.PREFIX_LENGTH}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    )


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)
