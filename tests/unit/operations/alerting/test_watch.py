"""What is seen, during a drill, of what people are told."""

from collections.abc import Callable

import pytest

from mainstay.drills.told import Told
from mainstay.operations.alerting.firing import Firing
from mainstay.operations.alerting.watch import LONGEST_SECONDS, OVER_SECONDS, Watch

HURT = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""


def fires(name: str, second: int, severity: str = "critical", machine: str = "srv-01") -> Firing:
    return Firing(name, severity, machine, f"2026-01-01T00:00:{second:02}Z", "", "")


def watching(*seen: tuple[Firing, ...]) -> Watch:
    """Each second the next of these is seen, the last for ever."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    def see() -> tuple[Firing, ...]:
        return seen[min(int(clock[0]), len(seen) - 1)]

    return Watch(see, sleep, lambda: clock[0])


def test_the_alert_and_all_else_that_came_with_it() -> None:
    others = (fires("ServerDown", 12, "warning"), fires("SiteDown", 11, machine=""))
    watch = watching((), (fires("ServerDown", 12, "warning"),), (*others, fires("MachineDown", 15)))
    told = watch.until_told(("MachineDown",), HURT)
    assert told == Told("MachineDown", "critical", 15.0, others=("ServerDown srv-01", "SiteDown"))


def test_what_fired_before_is_not_of_this_hurt() -> None:
    old, new = fires("MachineDown", 3), fires("MachineDown", 20, machine="srv-02")
    assert watching((old,), (old, new)).until_told(("MachineDown",), HURT + 5) == Told("MachineDown", "critical", 15.0)


@pytest.mark.parametrize(
    ("ask", "longest"),
    [
        (lambda watch: watch.until_told(("MachineDown",), HURT) is None, LONGEST_SECONDS),
        (lambda watch: not watch.until_over(Told("ServerDown", "warning", 1.0)), OVER_SECONDS),
    ],
)
def test_it_does_not_wait_for_ever(ask: Callable[[Watch], bool], longest: float) -> None:
    watch = watching((fires("ServerDown", 1),))
    assert ask(watch)
    assert longest <= watch.now() <= longest + 1


def test_it_is_over_when_it_is_no_longer_seen() -> None:
    watch = watching((fires("MachineDown", 1),), (fires("MachineDown", 1),), ())
    assert watch.until_over(Told("MachineDown", "critical", 1.0))
    assert watch.now() == 2.0
