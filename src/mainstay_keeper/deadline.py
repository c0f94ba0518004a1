"""What a keeper and its guard share: a few bytes of memory that say until when mysqld may live unwatched."""

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

FILE = Path("/run/mainstay-keeper/deadline")
SIZE = 3 * 8
NEVER = float("inf")
AT, PID, SEEN = 0, 1, 2


@dataclass(frozen=True)
class Word:
    """`at`: when the process `pid` is to be killed, by `clock.now`; `seen`: when the guard last looked."""

    at: float
    pid: int
    seen: float


class Deadline:
    """Shared by mmap: no call to the kernel stands between a keeper's word and the guard's eyes.

    Three numbers of eight bytes, each written whole in its place. Not by `struct.pack_into`, which first fills the
    place with zeros: a guard that looked in between saw a deadline of 0, and killed a MySQL that was well.
    """

    def __init__(self, file: Path = FILE) -> None:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_new = os.fstat(handle).st_size < SIZE
            os.ftruncate(handle, SIZE)
            self._numbers = memoryview(mmap.mmap(handle, SIZE)).cast("d")
        finally:
            os.close(handle)
        if is_new:
            self._numbers[AT] = NEVER

    def read(self) -> Word:
        """What stands there now."""
        return Word(self._numbers[AT], int(self._numbers[PID]), self._numbers[SEEN])

    def set(self, at: float, pid: int) -> None:
        """The keeper's word. A deadline is never seen beside a process that it was not meant for."""
        if self._numbers[PID] != pid:
            self._numbers[AT] = NEVER
            self._numbers[PID] = pid
        self._numbers[AT] = at

    def look(self, now: float) -> Word:
        """The guard's look, and that it has looked."""
        self._numbers[SEEN] = now
        return self.read()
