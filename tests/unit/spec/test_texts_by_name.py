"""Names and texts as YAML, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.spec.problem import SpecError
from mainstay.spec.texts_by_name import read, written

NAMES = st.text("abcXYZ019_-", min_size=1, max_size=12)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029\ufeff"), min_size=1)


@given(st.dictionaries(NAMES, TEXTS, max_size=4))
def test_what_is_written_is_read(texts: dict[str, str]) -> None:
    assert read("# explained\n" + written(texts), "here") == texts


def test_a_key_of_several_lines_is_shown_as_such() -> None:
    assert written({"key": "-----BEGIN\nabc\n"}) == "key: |\n  -----BEGIN\n  abc\n"


def test_every_text_is_as_it_was_typed() -> None:
    assert read("pin: 010\non: yes\nat: '2026-11-23'\n", "here") == {"pin": "010", "on": "yes", "at": "2026-11-23"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("key: [a]", "here:1: key: This is no text."),
        ("a: x\nkey:\n", "here:2: key: This is no text."),
        ("a: x\na: y\n", '"a" is written twice'),
        ("key: 'x", "This is not valid YAML"),
        ("- a", "The file must be a mapping"),
    ],
)
def test_what_is_no_list_of_texts_is_said(text: str, why: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(text, "here")
    assert why in str(caught.value)
