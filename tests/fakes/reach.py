"""A way to machines that are not there: a function answers for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.grounds.reach import Reach
from mainstay.grounds.shell import Completed


@dataclass(frozen=True)
class Asked:
    """One question: the machine, the program, its arguments (of Python without the program's text), and its input."""

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
        """Note the question, and give what `answer` makes of it."""
        question = Asked(machine, argv[0], tuple(argv[3 if argv[0] == "python3" else 1 :]), given)
        self.asked.append(question)
        return self.answer(question)

    def run(
        self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120, is_anew: bool = False
    ) -> Completed:
        """As `run_or_fail`: no program here fails, and a machine that cannot be reached raises."""
        return Completed(0, self.run_or_fail(machine, argv, given, seconds), "")
