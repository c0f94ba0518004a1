"""GTID sets: MySQL's text form, and the operations of sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay_keeper.gtid import GtidSet

pairs = st.frozensets(st.tuples(st.sampled_from(["a", "b", "b:tag"]), st.integers(1, 12)), max_size=12)


def built(found: frozenset[tuple[str, int]]) -> GtidSet:
    return GtidSet.parse(",".join(f"{uuid}:{number}" for uuid, number in sorted(found)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("A:1-5:7,\n a:6", "a:1-7"),
        ("b:3,a:1-2:2-4:9", "a:1-4:9,b:3"),
        ("a:tag:1-2:other:3,a:5", "a:5,a:other:3,a:tag:1-2"),
        ("a:5-3", ""),
    ],
)
def test_the_text_form(text: str, shown: str) -> None:
    assert str(GtidSet.parse(text)) == shown


def test_what_is_no_set_is_an_error() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        GtidSet.parse("a:1-x")


@given(pairs, pairs)
def test_it_is_a_set(one: frozenset[tuple[str, int]], other: frozenset[tuple[str, int]]) -> None:
    a, b = built(one), built(other)
    assert a | b == built(one | other)
    assert a - b == built(one - other)
    assert (a <= b) == (one <= other)
    assert (len(a), bool(a)) == (len(one), bool(one))
    assert GtidSet.parse(str(a)) == a
