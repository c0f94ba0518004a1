"""What a lab has mounted on this computer, and how it is given back."""

import time
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError

BUSY_SECONDS = 5.0
POLL_SECONDS = 0.05


def unmount(place: Path, doing: str, seconds: float = BUSY_SECONDS) -> None:
    """Afterwards nothing is mounted there.

    Machines are made beside each other. A program that is being started for one of them has, until it is there, a copy
    of every file that is open here, also on another one's disk: so a place may be busy for a moment, with nobody there.

    Raises:
        GroundError: it is busy for longer; the sentence says what was being done.
    """
    end = time.monotonic() + seconds
    while place.is_mount():
        try:
            shell.run_or_fail(("umount", str(place)), doing)
        except GroundError:
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)
