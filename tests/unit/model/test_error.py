"""Errors that say what to do next."""

from mainstay.model.error import MainstayError


def test_an_error_says_what_happened_and_what_to_do_next() -> None:
    assert str(MainstayError("It broke.", "Mend it.")) == "It broke.\nMend it."
    assert str(MainstayError("It broke.")) == "It broke."
