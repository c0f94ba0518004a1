"""The file as a tree that remembers where every value was written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mainstay.spec.problem import Issue, Path, Problem
from mainstay.spec.words import dotted, quote

Scalar = str | int | float | bool | None

# Values below these are taken as written: `DEBUG: 010` is the text "010", not the number eight or ten.
_AS_WRITTEN = (("app", "env"), ("web", "headers"), ("https", "acme", "dns", "credentials"))
# `x-frame-options` is a header before it is a note to oneself.
_KEEPS_X = ("web", "headers")

_NULL = ("", "~", "null", "Null", "NULL")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_BASED = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    `value` is the text of a scalar, a tuple of nodes, or a mapping of keys to nodes. `bare` says that a
    scalar was written without quotes. `size` counts this value and all below it, `depth` the storeys, both
    with aliases expanded.
    """

    file: str
    line: int
    value: "str | tuple[Node, ...] | Mapping[str, Node]"
    bare: bool = False
    size: int = 1
    depth: int = 1


def scalar(node: Node) -> Scalar:
    """Return what a scalar means by the core schema of YAML 1.2; quoted ones are always text."""
    text = str(node.value)
    if not node.bare:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    return _number(text)


def _number(text: str) -> str | int | float:
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def plain(node: Node, path: Path = ()) -> object:
    """Return the tree as dicts, tuples and scalars, without the keys that begin with `x-`."""
    if isinstance(node.value, tuple):
        return tuple(plain(item, (*path, index)) for index, item in enumerate(node.value))
    if isinstance(node.value, Mapping):
        return plain_mapping(node, path)
    value = scalar(node)
    is_as_written = any(path[: len(above)] == above for above in _AS_WRITTEN)
    return node.value if is_as_written and value is not None else value


def plain_mapping(node: Node, path: Path = ()) -> dict[str, object]:
    """Return what `plain` does, for a node that is a mapping, as the top of a parsed file always is."""
    assert isinstance(node.value, Mapping)
    kept = {key: item for key, item in node.value.items() if path == _KEEPS_X or not key.startswith("x-")}
    return {key: plain(item, (*path, key)) for key, item in kept.items()}


def find(root: Node, path: Path) -> Node | None:
    """Return the node at the path, or None."""
    node: Node | None = root
    for part in path:
        node = _child(node, part) if node else None
    return node


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, Mapping):
        return node.value.get(str(part))
    if isinstance(node.value, tuple) and isinstance(part, int):
        return node.value[part]
    return None


def locate(root: Node, issue: Issue) -> Problem:
    """Return the issue as a problem with the line of the deepest part of its path that was written."""
    for end in range(len(issue.path), 0, -1):
        node = find(root, issue.path[:end])
        if node:
            return Problem(node.file, node.line, dotted(issue.path), issue.what, issue.fix)
    return Problem(root.file, None, dotted(issue.path), issue.what, issue.fix)


def said(node: Node) -> str:
    """Return what was found, for a sentence: `the number 5`, `a list`, `nothing`."""
    if isinstance(node.value, str):
        return _said_scalar(node.value, scalar(node))
    return "a list" if isinstance(node.value, tuple) else "a mapping"


def _said_scalar(text: str, value: Scalar) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {quote(text)}"
    return text if isinstance(value, bool) else f"the number {text[:40]}"
