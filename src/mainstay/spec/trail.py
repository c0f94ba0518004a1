"""Where the reading of a file stands: the open mappings and lists, and the problems met on the way."""

from dataclasses import dataclass, field

from mainstay.spec.node import Node
from mainstay.spec.problem import Path, Problem
from mainstay.spec.words import dotted


class HopelessError(Exception):
    """Reading cannot go on; the reason is the last of the collected problems."""


@dataclass(slots=True)
class Frame:
    """A mapping or a list that is open; the items of a mapping are its keys and values in turn."""

    line: int
    is_mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)

    def path(self) -> Path:
        """Return the part of the path that the next item has here: an index, a key, or nothing yet."""
        if not self.is_mapping:
            return (len(self.items),)
        waits_for_value = len(self.items) % 2 == 1 and isinstance(self.items[-1].value, str)
        return (str(self.items[-1].value),) if waits_for_value else ()


class Trail:
    """The open frames of one file, the line being read (from 1), and the problems so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.line = 1
        self.problems: list[Problem] = []
        self.frames = [Frame(1, False, None)]

    def path(self) -> Path:
        """Return the path to the value being read."""
        return tuple(part for frame in self.frames[1:] for part in frame.path())

    def note(self, what: str, fix: str = "", line: int | None = None, path: Path = ()) -> None:
        """Keep a problem of the value being read, or of what lies at `path` below it; reading goes on."""
        where = dotted((*self.path(), *path))
        self.problems.append(Problem(self.file, line or self.line, where, what, fix))

    def hopeless(self, what: str, fix: str = "") -> HopelessError:
        """Keep a problem of the file itself, and return the error that ends the reading."""
        self.problems.append(Problem(self.file, self.line, "", what, fix))
        return HopelessError()
