"""Durations, sizes, shares and switches as they are written: `500ms`, `16MiB`, `99.9%`, `on`."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from mainstay.spec.sections.refusal import refused
from mainstay.spec.words import quote

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SIZE = re.compile(r"([0-9]{1,9})(KiB|MiB|GiB)")
_SHARE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,3})?)%")
_LOOSE = re.compile(r"\s*([0-9]{1,9})\s*([A-Za-z]*)\s*")
_MEANT_SECONDS = {"": "s", "ms": "ms", "s": "s", "sec": "s", "m": "m", "min": "m", "h": "h"}
_MEANT_BYTES = dict.fromkeys(("k", "kb", "kib"), "KiB") | dict.fromkeys(("g", "gb", "gib"), "GiB")
_MEANT_BYTES |= dict.fromkeys(("", "m", "mb", "mib"), "MiB")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_LONGEST = 86_400.0
_LARGEST = 2**40
_LOWEST_SHARE = 50.0


def seconds(value: object) -> float:
    """Return a duration such as `500ms`, `5s`, `2m`, `1h` in seconds.

    Raises a refusal where it has no unit, is not longer than nothing, or is longer than a day.
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refused(f"{_shown(value)} is not a duration.", _fix(value, _MEANT_SECONDS, "500ms, 5s, 2m, 1h"))
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
        raise refused(f"{_shown(value)} is not a size.", _fix(value, _MEANT_BYTES, "512KiB, 10MiB, 2GiB"))
    result = int(found[1]) * _BYTES[found[2]]
    if not 0 < result <= _LARGEST:
        raise refused(f"{_shown(value)} is not between 1KiB and 1024GiB.")
    return result


def share(value: object) -> float:
    """Return a share such as `99.9%`, from 50 to less than 100, as a number below 1.

    Raises a refusal where it is none.
    """
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None or float(found[1]) < _LOWEST_SHARE:
        raise refused(f"{_shown(value)} is not a share from 50% to 99.999%.", "Write one such as 99.9%.")
    return round(float(found[1]) / 100, 5)


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


def _fix(value: object, units: Mapping[str, str], examples: str) -> str:
    found = _LOOSE.fullmatch(str(value))
    unit = units.get(found[2].lower()) if found else None
    return f'Write "{found[1]}{unit}".' if found and unit else f"Write one such as {examples}."


Duration = Annotated[
    float, BeforeValidator(seconds), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
]
Size = Annotated[int, BeforeValidator(size), WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$"})]
Share = Annotated[float, BeforeValidator(share), WithJsonSchema({"type": "string", "pattern": f"^{_SHARE.pattern}$"})]
SWITCH_WORDS = tuple(_SWITCH)
Switch = Annotated[bool, BeforeValidator(switch), WithJsonSchema({"enum": [*SWITCH_WORDS, True, False]})]
