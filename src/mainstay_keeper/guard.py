"""A second, small process: kills mysqld when the keeper's deadline passes and the keeper has not done so itself.

The keeper may be dead, frozen, or waiting for a disk; this one does nothing but look at a clock, with all it needs in
memory. It is armed only while mysqld writes or acknowledges: a replica that does neither may live on without a keeper.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from mainstay_keeper import clock
from mainstay_keeper.deadline import Deadline

LOOKS_EVERY = 0.02
PROGRAM = "mysqld"


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
