"""The part of JSON Schema that the file's schema uses, so that the tests need no validator."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = frozenset(
    [
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "default",
        "type",
        "enum",
        "const",
        "pattern",
        "minimum",
        "maximum",
        "anyOf",
        "items",
        "minItems",
        "uniqueItems",
        "required",
        "properties",
        "patternProperties",
        "additionalProperties",
        "minProperties",
    ]
)


def complaints(data: object, schema: Schema, root: Schema, where: str = "") -> Iterator[str]:
    """What the schema has against the data, each as the path and the keyword that complains."""
    assert schema.keys() <= KNOWN, f"teach this validator {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from complaints(data, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, where)
    if "anyOf" in schema and all(any(complaints(data, each, root)) for each in schema["anyOf"]):
        yield f"{where}: anyOf"
    yield from (f"{where}: {keyword}" for keyword in offended(data, schema))
    if isinstance(data, dict):
        yield from inside(data, schema, root, where)
    for item in data if isinstance(data, list) else ():
        yield from complaints(item, schema.get("items", {}), root, where)


def offended(data: object, schema: Schema) -> Iterator[str]:
    """The keywords about the value itself that do not hold."""
    if "type" in schema and not any(is_a(data, name) for name in listed(schema["type"])):
        yield "type"
    if data not in schema.get("enum", [data]) or data != schema.get("const", data):
        yield "enum"
    if isinstance(data, str) and not re.search(schema.get("pattern", ""), data):
        yield "pattern"
    if is_a(data, "number") and not schema.get("minimum", data) <= data <= schema.get("maximum", data):
        yield "bounds"


def inside(data: Mapping[str, object], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    """What is wrong with the keys of a mapping, and with what lies below them."""
    yield from (f"{where}: {key} is missing" for key in schema.get("required", ()) if key not in data)
    for key, value in data.items():
        path = f"{where}.{key}".lstrip(".")
        patterns = schema.get("patternProperties", {})
        found = [below for pattern, below in patterns.items() if re.search(pattern, key)]
        found += [schema["properties"][key]] if key in schema.get("properties", ()) else []
        for below in found or [schema.get("additionalProperties", True)]:
            yield from complaints(value, below, root, path) if isinstance(below, dict) else unknown(below, path)


def unknown(allowed: bool, path: str) -> Iterator[str]:
    if not allowed:
        yield f"{path}: unknown"


def is_a(data: object, name: str) -> bool:
    if name in ("integer", "number"):
        return isinstance(data, int if name == "integer" else int | float) and not isinstance(data, bool)
    return isinstance(data, TYPES[name])


def listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names
