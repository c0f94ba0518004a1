"""A bound on the time that visitors go without an answer: it holds on a computer that is there."""

import time
from collections.abc import Callable

from tests.lab.disturbance import DISTURBANCE, NOTICED_PERCENT
from tests.lab.probes import Probes

TRIES = 3


def takes_at_most(seconds: float, scenario: Callable[[], tuple[Probes, ...]]) -> None:
    """Run it; the longest time without a good answer, of all that was seen, is within the bound.

    Where it is not, and the computer's host gave much of it to others meanwhile, it is run again, three times in all.
    What the scenario asserts by itself holds each time.
    """
    gaps: list[float] = []
    for _ in range(TRIES):
        DISTURBANCE.wait_for_calm()
        begun = time.monotonic()
        gaps.append(max(seen.gap for seen in scenario()))
        if gaps[-1] <= seconds or DISTURBANCE.worst_since(begun) <= NOTICED_PERCENT:
            break
    assert gaps[-1] <= seconds, f"longest times without an answer: {gaps}"
