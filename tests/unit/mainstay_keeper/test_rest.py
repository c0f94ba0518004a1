"""What a keeper answers to whoever asks over HTTP."""

from dataclasses import replace

import pytest

from mainstay_keeper.cycle import Told
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import RUNNING, Cluster, Leader, Mysql, Observation
from mainstay_keeper.rest import described, holds

NOW = 100.0
QUESTIONS = ("/primary", "/replica", "/readable", "/health", "/liveness", "/readiness")
PRIMARY = Mysql(state=RUNNING, uuid="u1", is_writable=True, executed=GtidSet.parse("a:1-5"))
REPLICA = Mysql(state=RUNNING, uuid="u2", source="one", is_receiving=True, is_connected=True, is_applying=True, lag=2.0)


def told(mysql: Mysql, leader: str = "one", deadline: float = NOW + 4) -> Told:
    cluster = Cluster(leader=Leader(leader, 7, 1))
    return Told(Observation("one", NOW, mysql, cluster, True, deadline), "All is well.")


def answered(said: Told, now: float = NOW) -> list[str]:
    return [question for question in QUESTIONS if holds(question, {}, said, now)]


def test_a_primary() -> None:
    assert answered(told(PRIMARY)) == ["/primary", "/readable", "/health", "/liveness", "/readiness"]


@pytest.mark.parametrize(
    "said",
    [
        told(PRIMARY, deadline=NOW),
        told(PRIMARY, leader="two"),
        replace(told(PRIMARY), is_closed=True),
        told(replace(PRIMARY, state="hanging")),
    ],
)
def test_who_has_not_the_right_or_is_fencing_is_no_primary(said: Told) -> None:
    assert not holds("/primary", {}, said, NOW)


def test_a_right_ends_by_the_clock_without_another_cycle() -> None:
    said = told(PRIMARY)
    assert [holds("/primary", {}, said, NOW + later) for later in (3.9, 4.0)] == [True, False]


def test_a_replica_and_its_lag() -> None:
    said = told(REPLICA, leader="two")
    assert answered(said) == ["/replica", "/readable", "/health", "/liveness", "/readiness"]
    assert [holds("/replica", {"lag": [lag]}, said, NOW) for lag in ("1", "2")] == [False, True]


def test_a_replica_whose_source_is_gone_can_still_be_read() -> None:
    said = told(replace(REPLICA, is_connected=False, lag=None), leader="two")
    assert answered(said) == ["/readable", "/health", "/liveness"]


def test_a_mysql_that_is_late_once_is_not_read_from_and_stays_what_it_is() -> None:
    assert answered(told(replace(REPLICA, is_late=True), leader="two")) == ["/health", "/liveness"]
    assert answered(told(replace(PRIMARY, is_late=True))) == ["/primary", "/health", "/liveness", "/readiness"]


def test_a_word_that_is_old_counts_for_nothing() -> None:
    assert answered(told(REPLICA, leader="two"), NOW + 3) == []


@pytest.mark.parametrize("path", ["/", "/metrics"])
def test_nobody_knows_other_questions(path: str) -> None:
    """Monitoring asks where it has to show a certificate: see `test_peering`."""
    assert holds(path, {}, told(PRIMARY), NOW) is None


def test_the_body() -> None:
    assert described(told(PRIMARY), NOW + 1) == {
        "role": "primary", "state": "running", "lag_seconds": None, "source": "", "epoch": 7,
        "sentence": "All is well.", "session_seconds": 3.0,
    }  # fmt: skip
