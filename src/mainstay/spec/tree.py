"""YAML text to a tree of nodes: anchors and merge keys yes, surprises no.

The parser's events are read one by one and no object of the file's choosing is ever built. Depth and size are
counted while reading, aliases expanded, so that neither a tower of brackets nor a billion laughs costs more
than its text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from mainstay.spec.node import Node
from mainstay.spec.problem import Path, Problem, SpecError
from mainstay.spec.words import dotted, quote

MOST_VALUES = 10_000
DEEPEST = 50

_STANDARD = "tag:yaml.org,2002:"
_TAGS = (None, "!", f"{_STANDARD}str", f"{_STANDARD}seq", f"{_STANDARD}map")
# What the parser lets through besides its own errors, on escapes and directives no one writes by hand.
_PARSER_FAILS = (
    YAMLError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    TypeError,
)


class _HopelessError(Exception):
    """Reading cannot go on; the reason is the last of the collected problems."""


@dataclass(slots=True)
class _Frame:
    line: int
    is_mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)


def parse(text: str, file: str) -> tuple[Node, tuple[Problem, ...]]:
    """Return the tree of the text, whose top is a mapping, and the problems that did not stop the reading.

    Raises SpecError where there is no tree: broken YAML, no mapping at the top, several documents, a tower of
    brackets, or aliases that expand to more than 10,000 values.
    """
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
        return builder.root(), tuple(builder.problems)
    except _HopelessError:
        raise SpecError(builder.problems) from None
    except ReaderError as error:
        raise SpecError([*builder.problems, _unreadable(text, file, error)]) from None
    except MarkedYAMLError as error:
        raise SpecError([*builder.problems, _broken(file, error)]) from None
    except _PARSER_FAILS:
        raise SpecError([*builder.problems, Problem(file, None, "", "This is not valid YAML.")]) from None


def _unreadable(text: str, file: str, error: ReaderError) -> Problem:
    line = text.count("\n", 0, error.position) + 1
    what = f"The character U+{ord(text[error.position]):04X} cannot stand in the file."
    return Problem(file, line, "", what, "Delete it.")


def _broken(file: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    fix = "Indent with spaces, not with tabs." if "\\t" in str(error.problem) else ""
    line = mark.line + 1 if mark else None
    return Problem(file, line, "", f"This is not valid YAML: {error.problem}.", fix)


class _Builder:
    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._line = 1
        self._documents = 0
        self._visited = 0
        self._anchors: dict[str, Node] = {}
        self._frames = [_Frame(1, False, None)]

    def take(self, event: Event) -> None:
        self._line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._count_document()
        elif isinstance(event, AliasEvent):
            self._add(self._aliased(event.anchor), None)
        elif isinstance(event, ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close(self._frames.pop())

    def root(self) -> Node:
        tops = self._frames[0].items
        if not tops or tops[0].value == "":
            raise self._hopeless("The file is empty.", "Run `mainstay init` to write one.", None)
        if not isinstance(tops[0].value, Mapping):
            raise self._hopeless("The file must be a mapping: lines of `key: value`.", "", tops[0].line)
        return tops[0]

    def _count_document(self) -> None:
        self._documents += 1
        if self._documents > 1:
            fix = "Delete the `---` and what follows."
            raise self._hopeless("The file holds several documents.", fix, self._line)

    def _scalar(self, event: ScalarEvent) -> Node:
        self._ensure_known_tag(event.tag)
        bare = event.style is None and event.tag is None
        return Node(self._file, self._line, event.value, bare)

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        self._ensure_known_tag(event.tag)
        self._anchors.pop(event.anchor, None)
        self._frames.append(_Frame(self._line, isinstance(event, MappingStartEvent), event.anchor))
        if len(self._frames) > DEEPEST:
            raise self._too_deep()

    def _close(self, frame: _Frame) -> None:
        value = self._mapping(frame) if frame.is_mapping else tuple(frame.items)
        below = value.values() if isinstance(value, Mapping) else value
        depth = 1 + max((item.depth for item in below), default=0)
        if depth > DEEPEST:
            raise self._too_deep()
        size = 1 + sum(item.size for item in below)
        self._add(Node(self._file, frame.line, value, False, size, depth), frame.anchor)

    def _add(self, node: Node, anchor: str | None) -> None:
        # Containers were counted value by value while they were read; only an alias brings its size anew.
        self._frames[-1].items.append(node)
        self._count(1)
        if anchor:
            self._anchors[anchor] = node

    def _count(self, values: int) -> None:
        self._visited += values
        if self._visited > MOST_VALUES:
            what = f"The file expands to more than {MOST_VALUES:,} values."
            raise self._hopeless(what, "Use fewer aliases.", self._line)

    def _aliased(self, name: str) -> Node:
        node = self._anchors.get(name)
        if node is None:
            inside = any(frame.anchor == name for frame in self._frames)
            why = "stands inside itself" if inside else f"refers to no `&{name}` above it"
            what = f"`*{name}` {why}."
            raise self._hopeless(what, "", self._line)
        self._count(node.size)
        return replace(node, line=self._line) if isinstance(node.value, str) else node

    def _ensure_known_tag(self, tag: str | None) -> None:
        if tag not in _TAGS:
            shown = str(tag).replace(_STANDARD, "!!")
            self._note(self._line, self._path(), f"The tag {quote(shown)} means nothing here.", "Delete it.")

    def _mapping(self, frame: _Frame) -> Mapping[str, Node]:
        own: dict[str, Node] = {}
        merged: list[Node] = []
        for key, value in zip(frame.items[0::2], frame.items[1::2], strict=True):
            if key.value == "<<" and key.bare:
                merged.extend(value.value if isinstance(value.value, tuple) else (value,))
            else:
                self._enter(own, key, value)
        return _merge(own, self._mappings(merged, frame.line))

    def _enter(self, own: dict[str, Node], key: Node, value: Node) -> None:
        if not isinstance(key.value, str):
            self._note(key.line, self._path(), "A key must be a word, not a list or a mapping.", "")
        elif key.value in own:
            path, first = (*self._path(), key.value), own[key.value].line
            what = f"{quote(key.value)} is written twice, in line {first} and in line {key.line}."
            self._note(key.line, path, what, "Delete one of them.")
        else:
            own[key.value] = replace(value, line=key.line)

    def _mappings(self, merged: Iterable[Node], line: int) -> Iterator[Mapping[str, Node]]:
        for node in merged:
            if isinstance(node.value, Mapping):
                yield node.value
            else:
                self._note(line, self._path(), "`<<` takes a mapping, or a list of mappings.", "")

    def _path(self) -> Path:
        return tuple(part for frame in self._frames[1:] for part in _open_part(frame))

    def _note(self, line: int | None, path: Path, what: str, fix: str) -> None:
        self.problems.append(Problem(self._file, line, dotted(path), what, fix))

    def _too_deep(self) -> _HopelessError:
        return self._hopeless(f"The file is nested more than {DEEPEST} levels deep.", "", self._line)

    def _hopeless(self, what: str, fix: str, line: int | None) -> _HopelessError:
        self._note(line, (), what, fix)
        return _HopelessError()


def _open_part(frame: _Frame) -> Path:
    if not frame.is_mapping:
        return (len(frame.items),)
    waits_for_value = len(frame.items) % 2 == 1 and isinstance(frame.items[-1].value, str)
    return (str(frame.items[-1].value),) if waits_for_value else ()


def _merge(own: dict[str, Node], others: Iterable[Mapping[str, Node]]) -> Mapping[str, Node]:
    # The first mapping that has a key wins, and the mapping's own keys win over all.
    for other in others:
        own = {**other, **own}
    return own
