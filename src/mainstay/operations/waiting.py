"""Waiting that is bounded, and polls with a sleep."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.1


def wait(is_so: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is so, but no longer than `seconds`; gives whether it is."""
    begun = time.monotonic()
    while not (found := is_so()) and time.monotonic() - begun < seconds:
        time.sleep(POLL_SECONDS)
    return found
