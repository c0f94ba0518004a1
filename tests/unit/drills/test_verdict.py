"""The verdict of a drill, from what its visitors met."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mainstay.drills.attempt import FAILED, OK, PROBE, UNKNOWN, WRITE, Attempt
from mainstay.drills.catalogue import Drill
from mainstay.drills.ledger import Ledger
from mainstay.drills.told import Told
from mainstay.drills.verdict import (
    Course,
    Event,
    Figures,
    Verdict,
    Writes,
    compare,
    gap,
    judge,
    measure,
    percentile,
)

DRILL = Drill("server-power-off", "server-power-off", "server", "power-off", limit_seconds=2.0)
GRACEFUL = Drill("server-x", "server-x", "server", "process-stopped", 2.0, "nginx", ("nginx.service",), True)
COURSE = Course(hurt_at=10.0, heal_at=15.0, healthy_at=17.0)


def an_attempt(
    begun: float, outcome: str = OK, took: float = 0.01, kind: str = PROBE, *, retried: bool = False
) -> Attempt:
    return Attempt(kind, begun, begun, begun + took, outcome, 200 if outcome == OK else 0, is_retried=retried)


def steady(begin: float, end: float, outcome: str = OK, kind: str = PROBE) -> list[Attempt]:
    """Ten a second, each answered within 10 ms."""
    return [an_attempt(begin + number / 10, outcome, kind=kind) for number in range(round((end - begin) * 10))]


def measured(*attempts: Attempt, course: Course = COURSE) -> Figures:
    return measure(attempts, course, Writes())


def figures(gap_seconds: float = 0.1, **given: object) -> Figures:
    """The figures of a run in which nothing went wrong, but for what is given."""
    nothing = Figures(gap_seconds, 0, 0, 0, 0, Writes(), None, 1.0)
    return Figures(**{**vars(nothing), **given})


def test_the_gap_lasts_from_the_first_who_asked_in_vain_to_the_next_good_answer() -> None:
    attempts = [*steady(0, 10), *steady(10, 13, FAILED), *steady(13, 20)]
    assert gap(attempts, since=10.0) == pytest.approx(3.01)


def test_it_lasts_from_the_last_good_answer_where_somebody_waited_then() -> None:
    waiting = an_attempt(9.85, UNKNOWN, took=5.0)
    attempts = [*steady(0, 10), waiting, *steady(10, 13, FAILED), *steady(13, 20)]
    assert gap(attempts, since=10.0) == pytest.approx(3.1)


def test_a_slow_answer_is_a_gap_as_well_as_a_failure_is() -> None:
    assert gap([*steady(0, 10), an_attempt(10.0, took=1.5), *steady(12, 15)], since=10.0) == pytest.approx(1.5)


def test_slow_answers_side_by_side_are_no_longer_gap_than_the_time_without_one() -> None:
    slow = [an_attempt(10.0, took=1.0), an_attempt(10.5, took=1.0), an_attempt(11.0, took=1.0)]
    assert gap([*steady(0, 10), *slow, *steady(12, 15)], since=10.0) == pytest.approx(1.0)


def test_what_was_before_the_hurt_is_not_its_gap() -> None:
    assert gap([*steady(0, 3), *steady(8, 20)], since=10.0) == pytest.approx(0.01)


def test_a_time_in_which_nobody_asked_is_no_gap() -> None:
    assert gap([*steady(0, 12), *steady(15, 20)], since=10.0) == pytest.approx(0.01)


def test_a_site_that_never_answers_again_is_silent_to_the_end() -> None:
    assert gap([*steady(0, 10), *steady(10, 20, FAILED)], since=10.0) == pytest.approx(19.9 - 10.0)


def test_a_site_that_never_answered_is_silent_all_the_time() -> None:
    assert gap(steady(0, 20, FAILED), since=10.0) == pytest.approx(19.9)
    assert gap([], since=10.0) == 0.0


def test_a_straggler_after_the_last_visitor_is_no_gap() -> None:
    assert gap([*steady(0, 20), an_attempt(19.9, UNKNOWN, took=5.0)], since=10.0) == pytest.approx(0.01)


def test_the_worst_stream_counts() -> None:
    found = measured(
        *steady(0, 20), *steady(0, 10, kind=WRITE), *steady(10, 14, FAILED, WRITE), *steady(14, 20, kind=WRITE)
    )
    assert found.gaps == {PROBE: pytest.approx(0.01), WRITE: pytest.approx(4.01)}
    assert found.gap_seconds == pytest.approx(4.01)


def test_a_request_that_timed_out_is_unknown_and_not_failed() -> None:
    found = measured(*steady(0, 20), an_attempt(11, UNKNOWN, 5.0), an_attempt(12, FAILED), an_attempt(13, retried=True))
    assert (found.failed, found.unknown, found.retried, found.broken) == (1, 1, 1, 3)


def test_what_was_under_way_when_the_first_broke_is_not_the_sites_fault() -> None:
    found = measured(an_attempt(10.08, FAILED, 0.02), an_attempt(10.09, FAILED, 0.5), an_attempt(10.11, FAILED))
    assert (found.failed, found.broken) == (3, 1)


def test_requests_under_way_at_the_moment_of_the_hurt_may_break() -> None:
    found = measured(*steady(0, 20), an_attempt(9.999, FAILED), an_attempt(9.99, UNKNOWN, 5.0))
    assert (found.failed, found.unknown, found.broken) == (1, 1, 0)


def test_detected_is_when_the_balancer_said_so() -> None:
    events = (
        Event(10.0, "power-off"),
        Event(9.0, "earlier", True),
        Event(11.4, "app/srv-02 is DOWN", True),
        Event(16.0, "later", True),
    )
    course = Course(10.0, 15.0, 17.0, events)
    assert measured(*steady(0, 20), an_attempt(10.2, FAILED), course=course).detected_seconds == pytest.approx(1.4)


def test_detected_is_the_first_bad_answer_where_no_balancer_said_anything() -> None:
    assert measured(*steady(0, 20), an_attempt(10.2, FAILED)).detected_seconds == pytest.approx(0.21)
    assert measured(*steady(0, 20)).detected_seconds is None


def test_redundant_counts_from_the_healing_or_where_none_is_needed_from_the_hurt() -> None:
    assert measure([], COURSE, Writes()).redundant_seconds == 2.0
    assert measure([], COURSE, Writes(), recovers_by_itself=True).redundant_seconds == 7.0
    assert measure([], Course(10.0, 15.0, None), Writes()).redundant_seconds is None


def test_latency_by_phase_is_of_good_answers() -> None:
    attempts = [
        an_attempt(1, took=0.01),
        an_attempt(11, took=0.5),
        an_attempt(12, UNKNOWN, 5),
        an_attempt(18, took=0.02),
    ]
    found = measured(*attempts).latency
    assert {phase: values[50] for phase, values in found.items()} == {
        "before": pytest.approx(0.01),
        "during": pytest.approx(0.5),
        "after": pytest.approx(0.02),
    }


def test_visitors_that_came_late_are_told_of() -> None:
    assert measured(Attempt(PROBE, 1.0, 1.3, 1.4, OK)).late_seconds == pytest.approx(0.3)


def test_what_visitors_waited_for_before_anything_was_hurt_is_told_apart() -> None:
    attempts = [*steady(0, 4), *steady(4, 5, FAILED), *steady(5, 10), *steady(10, 13, FAILED), *steady(13, 20)]
    found = measured(*attempts)
    assert found.rest_gap_seconds == pytest.approx(1.01)
    assert found.gap_seconds == pytest.approx(3.01)
    assert measured(*steady(10, 20)).rest_gap_seconds == 0.0


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (["a", "b"], Writes(3, 2)),
        (["a"], Writes(3, 2, lost=("b",))),
        (["a", "b", "c"], Writes(3, 2, recovered=("c",))),
        (["a", "b", "x"], Writes(3, 2, unexpected=("x",))),
        (["a", "b", "b"], Writes(3, 2, unexpected=("b",))),
        ([], Writes(3, 2, lost=("a", "b"))),
    ],
)
def test_writes_are_compared_in_jepsens_sense(there: Sequence[str], expected: Writes) -> None:
    assert compare(Ledger(frozenset("abc"), {"a": 1, "b": 2}), there) == expected


@pytest.mark.parametrize(
    ("drill", "run", "why"),
    [
        (DRILL, figures(), ""),
        (DRILL, figures(failed=9, broken=9), ""),
        (
            DRILL,
            figures(2.5, gaps={PROBE: 0.1, WRITE: 2.5}),
            "2.50 s without a good answer (write), where 2 s is the limit",
        ),
        (DRILL, figures(writes=Writes(3, 2, lost=("a",))), "1 acknowledged writes were lost"),
        (
            DRILL,
            figures(writes=Writes(3, 2, unexpected=("a", "b"))),
            "2 entries are there that were never written, or twice",
        ),
        (DRILL, figures(redundant_seconds=None), "not healthy again after 1 of 1 runs"),
        (DRILL, figures(stolen_percent=50), ""),
        (
            GRACEFUL,
            figures(broken=2, stolen_percent=50),
            (
                "2 requests failed that were not under way at that moment; "
                "its own host gave 50 % of this computer's time to others"
            ),
        ),
        (DRILL, figures(late_seconds=0.5), ""),
        (DRILL, figures(rest_gap_seconds=2.5), ""),
        (
            DRILL,
            figures(3.0, gaps={PROBE: 3.0}, rest_gap_seconds=2.5),
            (
                "3.00 s without a good answer (probe), where 2 s is the limit; "
                "for up to 2.50 s nobody was answered before anything was hurt"
            ),
        ),
        (
            DRILL,
            figures(3.0, gaps={PROBE: 3.0}, rest_gap_seconds=0.1),
            "3.00 s without a good answer (probe), where 2 s is the limit",
        ),
        (GRACEFUL, figures(broken=2), "2 requests failed that were not under way at that moment"),
        (
            GRACEFUL,
            figures(broken=2, late_seconds=0.5),
            (
                "2 requests failed that were not under way at that moment; "
                "this computer was so busy that visitors came up to 0.50 s late"
            ),
        ),
    ],
)
def test_each_thing_that_did_not_hold_is_a_sentence(drill: Drill, run: Figures, why: str) -> None:
    assert judge(drill, [run]) == Verdict(not why, why)


def test_over_repeats_the_95th_percentile_is_held_to_the_limit() -> None:
    assert judge(DRILL, [figures(0.1)] * 19 + [figures(9.0)]).held
    assert not judge(DRILL, [figures(0.1)] * 9 + [figures(9.0)]).held


def test_percentiles_are_by_nearest_rank() -> None:
    assert [percentile([4, 1, 3, 2], p) for p in (0, 50, 95, 100)] == [1, 2, 4, 4]
    assert percentile([], 50) == 0.0


def test_the_stable_form_of_a_run() -> None:
    writes = Writes(5, 4, ("a",), (), ("b",))
    assert figures(1.23456, failed=1, unknown=2, retried=3, writes=writes, detected_seconds=0.9999).to_json() == {
        "gap_seconds": 1.235,
        "failed": 1,
        "unknown": 2,
        "retried": 3,
        "acknowledged": 4,
        "lost": 1,
        "unexpected": 0,
        "recovered": 1,
        "detected_seconds": 1.0,
        "redundant_seconds": 1.0,
        "stolen_percent": 0.0,
        "alert": None,
        "alert_seconds": None,
        "other_alerts": [],
    }


def test_gaps_are_those_of_the_runs_that_were_not_disturbed() -> None:
    calm, disturbed = figures(0.5), figures(9.0, broken=3, stolen_percent=11)
    assert judge(GRACEFUL, [calm, disturbed]).why == judge(GRACEFUL, [calm]).why
    assert "9.00 s without a good answer" in judge(GRACEFUL, [disturbed]).why


def test_a_write_is_lost_in_a_disturbed_run_as_in_any() -> None:
    runs = [figures(), figures(writes=Writes(3, 2, lost=("a",)), stolen_percent=90)]
    assert judge(DRILL, runs) == Verdict(False, "1 acknowledged writes were lost")


WATCHED = replace(DRILL, alerts=("MachineDown", "ServerDown"))
IN_TIME = Told("MachineDown", "critical", 20.0, is_over=True)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (IN_TIME, ""),
        (Told("ServerDown", "warning", 85.0, is_over=True), ""),
        (Told("MachineDown", "critical", 31.0, is_over=True), "MachineDown came after 31 s, where 30 s is the limit"),
        (Told("ServerDown", "info", 91.5, is_over=True), "ServerDown came after 91.5 s, where 90 s is the limit"),
        (Told("MachineDown", "critical", 20.0), "MachineDown went on though all was healthy again"),
        (
            Told("MachineDown", "critical", 20.0, ("SiteSlow", "ServerDown srv-02"), is_over=True),
            "people were told of what this is no cause of: ServerDown srv-02, SiteSlow",
        ),
        (None, "nobody was told of it in 1 of 2 runs (MachineDown, ServerDown)"),
    ],
)
def test_people_are_told_in_time_and_of_its_end(told: Told | None, why: str) -> None:
    runs = [figures(is_watched=True, told=IN_TIME), figures(is_watched=True, told=told)]
    assert judge(WATCHED, runs) == Verdict(not why, why)


def test_nobody_is_missed_where_nobody_was_to_be_told_or_nobody_looked() -> None:
    assert judge(DRILL, [figures(is_watched=True)]).held
    assert judge(WATCHED, [figures()]).held


def test_what_people_were_told_is_shown() -> None:
    course = replace(COURSE, is_watched=True, told=replace(IN_TIME, others=("ServerDown srv-01",)))
    shown = measured(*steady(0, 20), course=course).to_json()
    assert (shown["alert"], shown["alert_seconds"], shown["other_alerts"]) == (
        "MachineDown",
        20.0,
        ["ServerDown srv-01"],
    )
