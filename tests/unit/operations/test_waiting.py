"""Waiting that is bounded."""

import pytest

from mainstay.operations.waiting import wait


@pytest.mark.parametrize(
    ("answers", "seconds", "found", "left"),
    [([True, True], 60, True, 1), ([False, True, True], 60, True, 1), ([False, True], 0, False, 1)],
    ids=["at once", "at the second look", "one look at least"],
)
def test_it_is_looked_until_it_is_so_or_the_time_is_over(
    answers: list[bool], seconds: float, found: bool, left: int
) -> None:
    assert wait(lambda: answers.pop(0), seconds) == found
    assert len(answers) == left
