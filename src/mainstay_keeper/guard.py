"""A second, small process: kills mysqld when the keeper's deadline passes and the keeper has not done so itself.

The keeper may be dead, frozen, or waiting for a disk; this one does nothing but look at a clock, with all it needs
locked in memory. It is armed only while mysqld writes or acknowledges: a replica that does neither may live on without
a keeper.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from mainstay_keeper import clock
from mainstay_keeper.deadline import Deadline

LOOKS_EVERY = 0.02
PROGRAM = "mysqld"
CURRENT_AND_FUTURE = 1 | 2
"""MCL_CURRENT | MCL_FUTURE of mlockall(2)."""


def watch(deadline: Deadline, tell: Callable[[str], None]) -> None:
    """Look for ever."""
    told = 0
    while True:
        sentence = look_once(deadline, clock.now())
        pid = deadline.read().pid
        if sentence and pid != told:  # a large mysqld takes a while to be gone
            tell(sentence)
            told = pid
        time.sleep(LOOKS_EVERY)


def stay_in_memory() -> str:
    """Never wait for a disk to bring a page back; gives a sentence if that is refused, which does no harm by itself."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(CURRENT_AND_FUTURE) == 0:
        return ""
    return f"The guard may be swapped out: {os.strerror(ctypes.get_errno())}."


def look_once(deadline: Deadline, now: float, kill: Callable[[int], bool] | None = None) -> str:
    """Kill if it is time; gives a sentence on it, "" if nothing was done."""
    word = deadline.look(now)
    if now < word.at or not word.pid or deadline.read().at != word.at:
        return ""
    late = now - word.at
    if not (kill or kill_mysqld)(word.pid):
        return ""
    return f"mysqld {word.pid} was killed {late * 1000:.0f} ms after the deadline that its keeper had not renewed."


def kill_mysqld(pid: int) -> bool:
    """SIGKILL to the process if it is a mysqld; False if there is none."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            if Path(f"/proc/{pid}/comm").read_text().strip() != PROGRAM:
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
        return True
    return False
