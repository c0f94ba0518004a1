"""The disk of a lab's machine: a file system of its own size, so that a full one is nobody else's."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab.mount import unmount

BALLAST = "ballast"
"""Beside the machine's own layer, so that it sees the lack of room and not what takes it."""

FORMAT = ("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard")
"""Nothing is written before it is needed, and no block is kept back for root: a new disk takes 4 MiB."""


@dataclass(frozen=True)
class Disk:
    """The disk of one machine, in the machine's folder on this computer.

    Labs that were made before disks had a size keep a plain folder; all goes on with it but `fill`.
    """

    folder: Path

    @property
    def file(self) -> Path:
        """What holds the file system; sparse, so that it takes the room of what was written to it."""
        return self.folder / "disk.img"

    @property
    def mounted_at(self) -> Path:
        """Where this computer sees what is on it, while the machine runs."""
        return self.folder / "disk"

    @property
    def is_plain(self) -> bool:
        """Whether it is a folder of this computer's own disk."""
        return (self.folder / "upper").is_dir()

    @property
    def upper(self) -> Path:
        """The machine's own layer, above the image."""
        return (self.folder if self.is_plain else self.mounted_at) / "upper"

    @property
    def work(self) -> Path:
        """What overlayfs wants beside the layer."""
        return self.upper.with_name("work")

    def ensure(self, size: int) -> None:
        """Afterwards it is there and mounted; a new one has `size` bytes, one that is there keeps its own."""
        if not self.is_plain and not self.file.exists():
            self._make(size)
        self.attach()

    def attach(self) -> None:
        """Afterwards it is mounted, and both layers are there.

        Raises:
            GroundError: this computer cannot mount it.
        """
        if not self.is_plain and not self.mounted_at.is_mount():
            self.mounted_at.mkdir(parents=True, exist_ok=True)
            done = shell.run(("mount", "-t", "ext4", "-o", "loop", str(self.file), str(self.mounted_at)))
            if not done.is_success:
                raise GroundError(
                    f"The disk {self.file} could not be mounted: {(done.errors.strip() or 'no reason given')}",
                    "It takes loop devices and ext4: `modprobe -a loop ext4`, or another kernel.",
                )
        for part in (self.upper, self.work):
            part.mkdir(parents=True, exist_ok=True)

    def detach(self) -> None:
        """Afterwards it is not mounted, and its loop device is given back."""
        unmount(self.mounted_at, f"Unmounting {self.file}")

    def fill(self) -> None:
        """Afterwards none of its blocks is free. It costs this computer nothing: the blocks are claimed, not written.

        Raises:
            GroundError: it has no size of its own, or the machine is off.
        """
        if self.is_plain:
            raise GroundError(
                f"The disk of {self.folder.name} is a folder of this computer's own disk, which would be full, too.",
                "Labs made today have disks of their own: `mainstay down --destroy`, then `mainstay up`.",
            )
        if not self.mounted_at.is_mount():
            raise GroundError(f"{self.folder.name} is off.", "`mainstay up` switches machines on.")
        descriptor = os.open(self.mounted_at / BALLAST, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            _claim_all(descriptor)
        finally:
            os.close(descriptor)

    def empty(self) -> None:
        """Afterwards what `fill` took is free again, also on a machine that is off."""
        if self.is_plain or not self.file.exists():
            return
        was_mounted = self.mounted_at.is_mount()
        self.attach()
        (self.mounted_at / BALLAST).unlink(missing_ok=True)
        if not was_mounted:
            self.detach()

    def _make(self, size: int) -> None:
        """Under another name until it is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        with fresh.open("wb") as file:
            file.truncate(size)
        shell.run_or_fail((*FORMAT, str(fresh)), f"Making the disk of {self.folder.name}")
        fresh.replace(self.file)


def _claim_all(descriptor: int) -> None:
    """Let a file grow in ever smaller steps, until not one block more is to be had."""
    room = os.fstatvfs(descriptor)
    size, step = 0, room.f_bfree * room.f_frsize
    while step >= room.f_frsize:
        try:
            os.posix_fallocate(descriptor, size, step)
            size += step
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            step = step // 2 // room.f_frsize * room.f_frsize
