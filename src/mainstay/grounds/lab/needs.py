"""What the lab needs of this computer, each want named with what to do about it."""

import os
import shutil
import sys
from pathlib import Path

from mainstay.grounds.errors import GroundError

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "nsenter": "util-linux",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "mount": "mount",
    "mkfs.ext4": "e2fsprogs",
    "socat": "socat",
}
"""Program -> the Debian package that brings it."""

LOOP_DEVICES = Path("/dev/loop-control")

MEMORY_PER_MACHINE = 250 << 20
MEMORY_PER_DATABASE = 600 << 20
DISK_PER_MACHINE = 1 << 30
DISK_FOR_IMAGE = 3 << 30


def ensure_usable() -> None:
    """Check what every verb needs that reaches into a lab.

    Raises:
        GroundError: this is not Linux, not root, or a program is missing.
    """
    _ensure_no([*_system(), *_programs()])


def ensure_met(machines: int, databases: int, image_is_there: bool, folder: Path) -> None:
    """Check all that a lab of this size needs.

    Raises:
        GroundError: with every want at once.
    """
    wants = [*_system(), *_programs(), *_memory(machines, databases), *_disk(machines, image_is_there, folder)]
    _ensure_no(wants)


def _ensure_no(wants: list[str]) -> None:
    if wants:
        raise GroundError("The lab cannot run here:", "\n".join(f"  - {want}" for want in wants))


def _system() -> list[str]:
    if sys.platform != "linux":
        return [f"it needs Linux, and this is {sys.platform}: use a Linux machine, or give your machines an `address:`"]
    if os.geteuid() != 0:
        return ["it boots machines, which only root may: run the same command with sudo"]
    if not LOOP_DEVICES.exists():
        return ["it gives each machine a disk, which takes loop devices: modprobe loop"]
    return []


def _programs() -> list[str]:
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    return [f"missing packages: apt-get install {' '.join(missing)}"] if missing else []


def _memory(machines: int, databases: int) -> list[str]:
    needed = machines * MEMORY_PER_MACHINE + databases * MEMORY_PER_DATABASE
    free = _available_memory()
    if free >= needed:
        return []
    return [f"memory: {_gib(needed)} needed for {machines} machines, {_gib(free)} free: take another lab down"]


def _available_memory() -> int:
    """Bytes that can be had without swapping, as the kernel reckons; plenty where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return sys.maxsize
    kibibytes = next((int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), sys.maxsize)
    return kibibytes << 10


def _disk(machines: int, image_is_there: bool, folder: Path) -> list[str]:
    needed = machines * DISK_PER_MACHINE + (0 if image_is_there else DISK_FOR_IMAGE)
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free >= needed:
        return []
    return [f"disk: {_gib(needed)} needed under {existing}, {_gib(free)} free: make room, or set XDG_STATE_HOME"]


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
