"""What is seen, during a drill, of what people are told."""

from collections.abc import Callable

import pytest

from mainstay.drills.told import Expected, Told
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


def expecting(*alerts: str, since: float = HURT, also: tuple[str, ...] = ()) -> Expected:
    return Expected(alerts, "srv-01", since, also)


def test_the_alert_and_all_else_that_people_are_told() -> None:
    others = (fires("ServerDown", 12, "warning", machine="srv-02"), fires("SiteDown", 11, machine=""))
    watch = watching((), others[:1], (*others, fires("MachineDown", 15)))
    told = watch.until_told(expecting("MachineDown"))
    assert told == Told("MachineDown", "critical", 15.0, others=("ServerDown srv-02", "SiteDown"))


def test_what_the_fault_explains_is_nothing_else() -> None:
    """The same machine's, which is in the same message; what nobody is told of; what it may well raise elsewhere."""
    others = (
        fires("ServerDown", 12, "warning"),
        fires("FailoverHappened", 12, "info", machine=""),
        fires("SyncSetEmpty", 12, "warning", machine="srv-02"),
    )
    told = watching((*others, fires("MachineDown", 15))).until_told(expecting("MachineDown", also=("SyncSetEmpty",)))
    assert told == Told("MachineDown", "critical", 15.0)


def test_what_befalls_a_machine_is_expected_of_that_one_only() -> None:
    """A part's alert may be seen from another machine, as one that a Prometheus raises of the other."""
    lost, missing = fires("MachineDown", 12, machine="srv-02"), fires("TargetMissing", 14, machine="srv-02")
    told = watching((lost,), (lost, fires("MachineDown", 15))).until_told(expecting("MachineDown"))
    assert told == Told("MachineDown", "critical", 15.0, others=("MachineDown srv-02",))
    assert watching((missing,)).until_told(expecting("TargetMissing")) == Told("TargetMissing", "critical", 14.0)


def test_what_fired_before_is_not_of_this_hurt() -> None:
    old, new = fires("MachineDown", 3, machine="srv-02"), fires("MachineDown", 20)
    watch = watching((old,), (old, new))
    assert watch.until_told(expecting("MachineDown", since=HURT + 5)) == Told("MachineDown", "critical", 15.0)


@pytest.mark.parametrize(
    ("ask", "longest"),
    [
        (lambda watch: watch.until_told(expecting("MachineDown")) is None, LONGEST_SECONDS),
        (
            lambda watch: not watch.until_over(Told("ServerDown", "warning", 1.0), expecting("ServerDown")).is_over,
            OVER_SECONDS,
        ),
    ],
)
def test_it_does_not_wait_for_ever(ask: Callable[[Watch], bool], longest: float) -> None:
    watch = watching((fires("ServerDown", 1),))
    assert ask(watch)
    assert longest <= watch.now() <= longest + 1


def test_it_is_over_when_it_is_no_longer_seen_and_what_came_meanwhile_is_kept() -> None:
    down, slow = fires("MachineDown", 1), fires("SiteSlow", 9, "warning", machine="")
    watch = watching((down,), (down, slow), ())
    told = watch.until_over(Told("MachineDown", "critical", 1.0), expecting("MachineDown"))
    assert told == Told("MachineDown", "critical", 1.0, others=("SiteSlow",), is_over=True)
    assert watch.now() == 2.0
