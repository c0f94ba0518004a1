"""What is wrong with the user's file, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from mainstay.model.error import MainstayError

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `file` is the name as the user gave it, `line` counts from 1 (None: no line is to blame), `path` is dotted
    (`balancer.algorithm`; "" for the file itself), `what` and `fix` are sentences and `fix` may be "".
    """

    file: str
    line: int | None
    path: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Return `file:line: path: what fix`, leaving out what is unknown."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        said = f"{self.what} {self.fix}".rstrip()
        return ": ".join(part for part in (where, self.path, said) if part)


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem that does not know its line yet: a path into the file, and the two sentences."""

    path: Path
    what: str
    fix: str = ""


class SpecError(MainstayError):
    """The file cannot be used; `problems` holds every reason, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort and keep the problems: file by file, those without a line first, then line by line."""
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=_place))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _place(problem: Problem) -> tuple[str, int]:
    return (problem.file, problem.line or 0)
