"""What all sections share: the base model, read-only mappings, and defaults written like `5s`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.config import JsonDict

from mainstay.spec.sections.units import SWITCH_WORDS, seconds, size, switch

_X_KEY = "^x-"
_X_KEYS: JsonDict = {"patternProperties": {_X_KEY: {}}}

K = TypeVar("K")
T = TypeVar("T")


class Section(BaseModel):
    """A mapping of the file with a fixed set of keys; frozen, and strict about types."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", json_schema_extra=_X_KEYS)


def _read_only(value: Mapping[K, T]) -> Mapping[K, T]:
    return MappingProxyType(dict(value))


ReadOnly = Annotated[Mapping[K, T], AfterValidator(_read_only), PlainSerializer(dict)]


def _empty_is_default(value: object) -> object:
    return {} if value is None else value


# `balancer:` with nothing below it means the section with its defaults.
OrEmpty = BeforeValidator(_empty_is_default)


def _switched(value: object) -> object:
    if value is None or isinstance(value, Mapping):
        return value or {}
    return {} if switch(value) else None


# `https: on` means the section with its defaults, as nothing at all does; `https: off` means None.
OrOff = BeforeValidator(_switched)


def or_switch(schema: JsonDict) -> None:
    """Complete the schema of a section that may be a switch, and is on unless it is written."""
    kinds = schema["anyOf"]
    assert isinstance(kinds, list)
    section = next(kind for kind in kinds if isinstance(kind, dict) and "$ref" in kind)
    schema["anyOf"] = [section, {"enum": [*SWITCH_WORDS, True, False]}]
    schema["default"] = "on"


def own_keys(schema: JsonDict) -> None:
    """Complete the schema of a mapping with keys of the user's choosing: `x-` keys may hold anything."""
    completed: JsonDict = {_X_KEY: {}}
    patterns = schema.get("patternProperties")
    if isinstance(patterns, dict):
        schema["additionalProperties"] = False
        completed |= {f"(?!{_X_KEY}){pattern}": value for pattern, value in patterns.items()}
    schema["patternProperties"] = completed


def nothing() -> Mapping[str, Any]:
    """Return the empty read-only mapping, the default of free mappings."""
    return MappingProxyType({})


def lasting(default: str, description: str) -> Any:
    """Return a field for a duration whose default is written as in the file, such as `500ms`."""
    return Field(default=seconds(default), description=description, json_schema_extra={"default": default})


def sized(default: str, description: str) -> Any:
    """Return a field for a size whose default is written as in the file, such as `16MiB`."""
    return Field(default=size(default), description=description, json_schema_extra={"default": default})
