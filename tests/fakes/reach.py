"""A way to machines that are not there: a function answers for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.grounds.reach import Reach


@dataclass(frozen=True)
class Asked:
    """One question: the machine, the program and its arguments without the program's text, and its input."""

    machine: str
    program: str
    arguments: tuple[str, ...]
    given: str


@dataclass(frozen=True)
class FakeReach(Reach):
    """Every question is noted and put to `answer`, which gives the output or raises a GroundError."""

    ssh_config: Path = field(default=Path("no-ssh-config"), init=False)
    answer: Callable[[Asked], str] = lambda asked: ""
    asked: list[Asked] = field(default_factory=list)

    def run_or_fail(self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120) -> str:
        """Put a question of the kind `python3 -c TEXT ARGUMENT...`."""
        question = Asked(machine, argv[0], tuple(argv[3:]), given)
        self.asked.append(question)
        return self.answer(question)
