"""YAML text to a tree of nodes: anchors and merge keys yes, surprises no.

The parser's events are read one by one and no object of the file's choosing is ever built. Depth and size are
counted while reading, aliases expanded, so that neither a tower of brackets nor a billion laughs costs more
than its text.
"""

from collections.abc import Mapping
from dataclasses import replace

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

from mainstay.spec.mapping import mapping
from mainstay.spec.node import Node
from mainstay.spec.problem import Problem, SpecError
from mainstay.spec.trail import Frame, HopelessError, Trail
from mainstay.spec.words import quote

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


def parse(text: str, file: str) -> tuple[Node, tuple[Problem, ...]]:
    """Return the tree of the text, whose top is a mapping, and the problems that did not stop the reading.

    Raises SpecError where there is no tree: broken YAML, no mapping at the top, several documents, a tower of
    brackets, or aliases that expand to more than 10,000 values.
    """
    trail = Trail(file)
    try:
        return _built(text, trail), tuple(trail.problems)
    except HopelessError:
        raise SpecError(trail.problems) from None
    except ReaderError as error:
        raise SpecError([*trail.problems, _unreadable(text, file, error)]) from None
    except MarkedYAMLError as error:
        raise SpecError([*trail.problems, _broken(file, error)]) from None
    except _PARSER_FAILS:
        raise SpecError([*trail.problems, Problem(file, None, "", "This is not valid YAML.")]) from None


def _built(text: str, trail: Trail) -> Node:
    builder = _Builder(trail)
    for event in YAML(typ="safe", pure=True).parse(text):
        builder.take(event)
    return _top(trail)


def _top(trail: Trail) -> Node:
    tops = trail.frames[0].items
    if not tops or tops[0].value == "":
        trail.line = 1
        raise trail.hopeless("The file is empty.", "Run `mainstay init` to write one.")
    trail.line = tops[0].line
    if not isinstance(tops[0].value, Mapping):
        raise trail.hopeless("The file must be a mapping: lines of `key: value`.")
    return tops[0]


def _unreadable(text: str, file: str, error: ReaderError) -> Problem:
    line = text.count("\n", 0, error.position) + 1
    what = f"The character U+{ord(text[error.position]):04X} cannot stand in the file."
    return Problem(file, line, "", what, "Delete it.")


def _broken(file: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    fix = "Indent with spaces, not with tabs." if "\\t" in str(error.problem) else ""
    line = mark.line + 1 if mark else None
    # The parser's own names for its tokens, such as `<document start>`, help nobody.
    why = "" if "<" in str(error.problem) else f": {error.problem}"
    return Problem(file, line, "", f"This is not valid YAML{why}.", fix)


class _Builder:
    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._documents = 0
        self._visited = 0
        self._anchors: dict[str, Node] = {}

    def take(self, event: Event) -> None:
        self._trail.line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._count_document()
        elif isinstance(event, AliasEvent):
            self._add(self._aliased(event.anchor), None)
        elif isinstance(event, ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close(self._trail.frames.pop())

    def _count_document(self) -> None:
        self._documents += 1
        if self._documents > 1:
            fix = "Delete the `---` and what follows."
            raise self._trail.hopeless("The file holds several documents.", fix)

    def _scalar(self, event: ScalarEvent) -> Node:
        self._ensure_known_tag(event.tag)
        bare = event.style is None and event.tag is None
        return Node(self._trail.file, self._trail.line, self._text(event.value), bare)

    def _text(self, value: str) -> str:
        # JSON writes what lies beyond U+FFFF as two escapes, each half a character.
        halves = value.encode("utf-16-le", "surrogatepass")
        try:
            return halves.decode("utf-16-le")
        except UnicodeDecodeError:
            self._trail.note("An escape stands for half a character.", "Delete it.")
            return halves.decode("utf-16-le", "replace")

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        self._ensure_known_tag(event.tag)
        self._anchors.pop(event.anchor, None)
        frame = Frame(self._trail.line, isinstance(event, MappingStartEvent), event.anchor)
        self._trail.frames.append(frame)
        self._ensure_shallow(len(self._trail.frames))

    def _close(self, frame: Frame) -> None:
        value = mapping(frame, self._trail) if frame.is_mapping else tuple(frame.items)
        below = value.values() if isinstance(value, Mapping) else value
        depth = 1 + max((item.depth for item in below), default=0)
        self._ensure_shallow(depth)
        size = 1 + sum(item.size for item in below)
        self._add(Node(self._trail.file, frame.line, value, False, size, depth), frame.anchor)

    def _add(self, node: Node, anchor: str | None) -> None:
        # Containers were counted value by value while they were read; only an alias brings its size anew.
        self._trail.frames[-1].items.append(node)
        self._count(1)
        if anchor:
            self._anchors[anchor] = node

    def _count(self, values: int) -> None:
        self._visited += values
        if self._visited > MOST_VALUES:
            what = f"The file expands to more than {MOST_VALUES:,} values."
            raise self._trail.hopeless(what, "Use fewer aliases.")

    def _aliased(self, name: str) -> Node:
        node = self._anchors.get(name)
        if node is None:
            inside = any(frame.anchor == name for frame in self._trail.frames)
            why = "stands inside itself" if inside else f"refers to no `&{name}` above it"
            raise self._trail.hopeless(f"`*{name}` {why}.")
        self._count(node.size)
        return replace(node, line=self._trail.line) if isinstance(node.value, str) else node

    def _ensure_known_tag(self, tag: str | None) -> None:
        if tag not in _TAGS:
            shown = str(tag).replace(_STANDARD, "!!")
            self._trail.note(f"The tag {quote(shown)} means nothing here.", "Delete it.")

    def _ensure_shallow(self, depth: int) -> None:
        if depth > DEEPEST:
            raise self._trail.hopeless(f"The file is nested more than {DEEPEST} levels deep.")
