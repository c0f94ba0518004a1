"""The keys and values of a YAML mapping, in turn, to a mapping: duplicates are told, merge keys followed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mainstay.spec.node import Node
from mainstay.spec.trail import Frame, Trail
from mainstay.spec.words import quote


def mapping(frame: Frame, trail: Trail) -> Mapping[str, Node]:
    """Return the mapping of a frame that was closed; what is wrong with it is noted on the trail.

    Of a key written twice the first value stays. Its own keys win over those of `<<`, and of several mappings
    merged the first that has a key wins.
    """
    own: dict[str, Node] = {}
    merged: list[Node] = []
    for key, value in zip(frame.items[0::2], frame.items[1::2], strict=True):
        if key.value == "<<" and key.bare:
            merged.extend(value.value if isinstance(value.value, tuple) else (value,))
        else:
            _enter(own, key, value, trail)
    for other in _mappings(merged, frame, trail):
        for key_text, node in other.items():
            own.setdefault(key_text, node)
    return own


def _enter(own: dict[str, Node], key: Node, value: Node, trail: Trail) -> None:
    if not isinstance(key.value, str):
        trail.note("A key must be a word, not a list or a mapping.", "", key.line)
    elif key.value in own:
        lines = f"in line {own[key.value].line} and in line {key.line}"
        what = f"{quote(key.value)} is written twice, {lines}."
        trail.note(what, "Delete one of them.", key.line, (key.value,))
    else:
        own[key.value] = replace(value, line=key.line)


def _mappings(merged: list[Node], frame: Frame, trail: Trail) -> Iterator[Mapping[str, Node]]:
    for node in merged:
        if isinstance(node.value, Mapping):
            yield node.value
        else:
            trail.note("`<<` takes a mapping, or a list of mappings.", "", frame.line)
