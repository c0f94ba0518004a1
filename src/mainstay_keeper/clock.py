"""The one clock of a keeper and its guard."""

import time


def now() -> float:
    """Seconds since the machine was started, its sleep included: never set, never going back.

    Not `time.monotonic`: that one stands still while the machine is suspended, and a session does not.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)
