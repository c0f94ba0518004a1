"""The guard is armed exactly while mysqld could do harm."""

from dataclasses import replace
from pathlib import Path

import pytest

from mainstay_keeper.deadline import NEVER, Deadline
from mainstay_keeper.nouns import OFF, STARTING, Mysql, Observation
from mainstay_keeper.process import Mysqld
from mainstay_keeper.watched import Watched
from tests.unit.mainstay_keeper.builders import NOW, down, leads, primary, replica, seen, sync


@pytest.fixture
def deadline(tmp_path: Path) -> Deadline:
    return Deadline(tmp_path / "deadline")


@pytest.fixture
def mysqld() -> Mysqld:
    mysqld = Mysqld()
    mysqld.pid = 42
    return mysqld


def sees(mysql: Mysql) -> Observation:
    return seen(mysql, leader=leads("n1"), sync=sync())


@pytest.mark.parametrize(
    ("mysql", "at"),
    [
        (primary(), NOW + 4),
        (replica("n1", is_acking=True), NOW + 4),
        (replica("n1", is_acking=False), NEVER),
        (down(), NEVER),
        (replace(primary(), state=OFF), NEVER),
    ],
    ids=["a primary", "it acknowledges", "it only follows", "it is off", "it was a primary, and is off"],
)
def test_armed_while_it_writes_or_acknowledges(deadline: Deadline, mysqld: Mysqld, mysql: Mysql, at: float) -> None:
    Watched(deadline, mysqld).mind(sees(mysql))
    assert (deadline.read().at, deadline.read().pid) == (at, 42)


def test_what_was_agreed_on_reaches_a_guard_that_is_armed_and_no_other(deadline: Deadline, mysqld: Mysqld) -> None:
    watched = Watched(deadline, mysqld)
    watched.prolong(sees(primary()))
    assert deadline.read().at == NEVER
    deadline.set(NOW, 42)
    watched.prolong(sees(primary()))
    assert deadline.read().at == NOW + 4
    deadline.set(NOW + 9, 42)
    watched.prolong(sees(primary()))
    assert deadline.read().at == NOW + 9


def test_one_that_starts_is_left_alone(deadline: Deadline, mysqld: Mysqld) -> None:
    deadline.set(NOW + 4, 41)
    Watched(deadline, mysqld).mind(sees(Mysql(state=STARTING)))
    assert (deadline.read().at, deadline.read().pid) == (NEVER, 42)


def test_one_that_an_earlier_keeper_opened_stays_guarded_until_it_answers(deadline: Deadline, mysqld: Mysqld) -> None:
    deadline.set(NOW, 42)
    Watched(deadline, mysqld).mind(sees(Mysql(state=STARTING)))
    assert deadline.read().at == NOW + 4
