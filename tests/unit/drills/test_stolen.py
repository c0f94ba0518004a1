"""The time that this computer's host gave to others."""

import itertools
import time
from pathlib import Path

import pytest

from mainstay.drills.stolen import Spent, spent
from tests.lab.disturbance import Disturbance


def test_it_is_read_from_the_kernel(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 10 50 800 20 5 5 10 100 10\ncpu0 1 2 3\n")
    assert spent(stat) == Spent(1000, 10)


def test_of_the_time_between(tmp_path: Path) -> None:
    assert Spent(1400, 110).percent_stolen_since(Spent(1000, 10)) == 25.0
    assert Spent(1000, 10).percent_stolen_since(Spent(1000, 10)) == 0.0


@pytest.mark.parametrize("text", ["", "cpu\n", "cpu  1 2 3\n", "nothing like it\n"])
def test_where_it_is_not_told_nothing_was_stolen(tmp_path: Path, text: str) -> None:
    stat = tmp_path / "stat"
    stat.write_text(text)
    assert spent(stat).stolen == 0
    assert spent(tmp_path / "none") == Spent(0, 0)


def test_this_computer_tells() -> None:
    assert spent().ticks > 0


def looks(*stolen_each_second: int) -> list[tuple[float, Spent]]:
    """Once a second, of a computer with a hundred ticks in each."""
    taken = itertools.accumulate(stolen_each_second, initial=0)
    return [(float(second), Spent(100 * second, stolen)) for second, stolen in enumerate(taken)]


def test_a_lab_test_is_disturbed_by_five_seconds_in_a_row() -> None:
    disturbance = Disturbance(looks(0, 0, 0, 90, 90, 0, 0, 0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10))
    assert disturbance.worst_since(0.0) == 36.0
    assert disturbance.worst_since(6.0) == 36.0  # they reach into the test that began then
    assert disturbance.worst_since(13.0) == 10.0
    assert disturbance.worst_since(99.0) == 0.0


def test_a_lab_test_waits_for_a_calm_moment_but_not_for_ever() -> None:
    taken = [(time.monotonic() - 8 + second, Spent(100 * second, 90 * second)) for second in range(9)]
    disturbance = Disturbance(taken, patience=1.0)
    disturbance.wait_for_calm()
    assert disturbance.patience == 0.0
    calm = Disturbance([(at, Spent(look.ticks, 0)) for at, look in taken], patience=1.0)
    calm.wait_for_calm()
    assert calm.patience == 1.0
