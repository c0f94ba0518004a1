"""A secret shows itself only when it is asked to."""

from dataclasses import dataclass

from mainstay.vault.secret import Secret

PASSWORD = Secret("hunter2")


@dataclass(frozen=True)
class Account:
    user: str
    password: Secret


def test_its_text_forms_are_redacted() -> None:
    forms = [
        str(PASSWORD),
        repr(PASSWORD),
        f"{PASSWORD}",
        f"{PASSWORD!r}",
        f"{[PASSWORD]}",
        repr(Account("a", PASSWORD)),
    ]
    assert forms == [
        "(secret)",
        "Secret()",
        "(secret)",
        "Secret()",
        "[Secret()]",
        "Account(user='a', password=Secret())",
    ]


def test_it_is_revealed_when_asked() -> None:
    assert PASSWORD.reveal() == "hunter2"


def test_equal_secrets_are_equal() -> None:
    assert (Secret("a") == Secret("a"), Secret("a") == Secret("b")) == (True, False)
