"""What a visitor sent, checked before any database hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from guestbook.models import LONGEST_AUTHOR, LONGEST_MESSAGE

LONGEST = {"author": LONGEST_AUTHOR, "message": LONGEST_MESSAGE}


class BadDraftError(ValueError):
    """What is wrong with a draft: `problems` maps each field to one sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Draft:
    """An entry that has not been written yet."""

    author: str
    message: str

    @classmethod
    def parse(cls, sent: object) -> "Draft":
        """Take a form or a decoded JSON document; raise BadDraftError that names everything wrong with it."""
        fields = sent if isinstance(sent, Mapping) else {}
        problems = {name: why for name in LONGEST if (why := _problem(name, fields.get(name)))}
        if problems:
            raise BadDraftError(problems)
        return cls(author=fields["author"].strip(), message=fields["message"].strip())


def _problem(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        return f"The {name} is missing."
    if len(value.strip()) > LONGEST[name]:
        return f"The {name} is longer than {LONGEST[name]} characters."
    if not _is_storable(value):
        return f"The {name} is not valid text."
    return ""


def _is_storable(value: str) -> bool:
    # JSON can spell half a surrogate pair ("\ud800"), which no UTF-8 column can hold.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
