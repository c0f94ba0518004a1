"""Durations, sizes and switches as they are written: `500ms`, `16MiB`, `on`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from mainstay.spec.sections.refusal import refused
from mainstay.spec.words import quote

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SIZE = re.compile(r"([0-9]{1,9})(KiB|MiB|GiB)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_LONGEST = 86_400.0
_LARGEST = 2**40


def seconds(value: object) -> float:
    """Return a duration such as `500ms`, `5s`, `2m`, `1h` in seconds.

    Raises a refusal where it has no unit, is not longer than nothing, or is longer than a day.
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refused(f"{_shown(value)} is not a duration.", f'Write "{_guess(value, "5")}s".')
    result = float(found[1]) * _SECONDS[found[2]]
    if not 0 < result <= _LONGEST:
        raise refused(f"{_shown(value)} is not between 1ms and 24h.")
    return result


def size(value: object) -> int:
    """Return a size such as `512KiB`, `10MiB`, `2GiB` in bytes.

    Raises a refusal where it has no unit, is nothing, or is more than 1024GiB.
    """
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refused(f"{_shown(value)} is not a size.", f'Write "{_guess(value, "10")}MiB".')
    result = int(found[1]) * _BYTES[found[2]]
    if not 0 < result <= _LARGEST:
        raise refused(f"{_shown(value)} is not between 1KiB and 1024GiB.")
    return result


def switch(value: object) -> bool:
    """Return whether a switch is on; `on/off`, `yes/no` and `true/false` are understood, in any case."""
    known = _SWITCH.get(str(value).lower())
    if known is None:
        raise refused(f"{_shown(value)} is neither on nor off.", "Write `on` or `off`.")
    return known


def _shown(value: object) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, int | float):
        return str(value).lower()
    return "Nothing" if value is None else "A list" if isinstance(value, tuple) else "A mapping"


def _guess(value: object, otherwise: str) -> str:
    found = re.match(r"[0-9]{1,9}", str(value))
    return found[0] if found else otherwise


Duration = Annotated[
    float, BeforeValidator(seconds), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
]
Size = Annotated[
    int, BeforeValidator(size), WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$"})
]
Switch = Annotated[bool, BeforeValidator(switch), WithJsonSchema({"enum": [*_SWITCH, True, False]})]
