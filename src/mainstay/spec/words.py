"""How values and paths of the file are said to a person."""

import difflib
import json
from collections.abc import Iterable

from mainstay.spec.problem import Path

_LONGEST_QUOTE = 60
_LONGEST_GUESS = 40


def quote(text: str) -> str:
    """Return the text in double quotes, control characters escaped, shortened to 60 characters."""
    short = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."
    return json.dumps(short, ensure_ascii=not short.isprintable())


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean "..."?` for the nearest known word, or "" where none is near."""
    if len(word) > _LONGEST_GUESS:
        return ""
    near = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f"Did you mean {quote(near[0])}?" if near else ""


def one_of(words: Iterable[str]) -> str:
    """Return `Write one of a, b, c.`."""
    return f"Write one of {', '.join(words)}."


def dotted(path: Path) -> str:
    """Return the path as a person writes it: `machines.srv-01.runs[0]`."""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{_key(part)}"
    return said.removeprefix(".")


def _key(key: str) -> str:
    plain = key.isprintable() and key and " " not in key and len(key) <= _LONGEST_QUOTE
    return key if plain else quote(key)
