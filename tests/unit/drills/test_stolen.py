"""The time that this computer's host gave to others."""

from pathlib import Path

import pytest

from mainstay.drills.stolen import Spent, spent


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
