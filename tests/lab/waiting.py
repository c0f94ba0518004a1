"""Bounded waits: they poll, and a timeout tells what was seen last and whether more patience could have helped."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = float(os.environ.get("MAINSTAY_TEST_PATIENCE", "1"))
"""How long the lab's tests wait for something is multiplied by it: set it above 1 on a slow or busy computer."""

POLL_SECONDS = 0.1


def becomes(what: str, ask: Callable[[], T], is_so: Callable[[T], bool], within: float) -> T:
    """Ask again and again until the answer is so; give that answer. `within` is in seconds."""
    begun = time.monotonic()
    seen: list[T] = []
    while True:
        asked_at = time.monotonic() - begun
        answer = ask()
        if is_so(answer):
            return answer
        if not seen or seen[-1] != answer:
            seen.append(answer)
        if asked_at > within * PATIENCE:
            raise AssertionError(f"{what}: not within {within * PATIENCE:g} s. {_last(seen)}")
        time.sleep(POLL_SECONDS)


def _last(seen: list[T]) -> str:
    if len(seen) == 1:
        return f"All the time it was, and waiting longer would hardly help: {seen[-1]!r}"
    return f"It changed {len(seen) - 1} times, so waiting longer might help; last seen: {seen[-1]!r}"
