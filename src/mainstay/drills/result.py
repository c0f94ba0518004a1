"""What came of a drill: its runs, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mainstay.drills.attempt import Attempt
from mainstay.drills.catalogue import Drill
from mainstay.drills.verdict import Course, Figures, Verdict, percentile, undisturbed


@dataclass(frozen=True)
class Run:
    """One run: the machine that was hurt, how it went, what was measured, and every request of the load.

    began_at, ended_at: seconds since the epoch. `trouble`: why it could not be judged; then it has not held.
    `attempts` are kept of the worst run only.
    """

    machine: str
    began_at: float
    ended_at: float
    course: Course
    figures: Figures
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    trouble: str = ""


@dataclass(frozen=True)
class Result:
    """A drill, its runs, and whether what it expects held."""

    drill: Drill
    runs: tuple[Run, ...]
    verdict: Verdict

    def to_json(self) -> dict[str, object]:
        """The stable form of `drill run`."""
        runs = [run.figures.to_json() for run in self.runs]
        return {"drill": self.drill.name, "runs": runs, "held": self.verdict.held, "why": self.verdict.why}

    @property
    def worst(self) -> Run:
        """The run with the longest gap."""
        return max(self.runs, key=lambda run: run.figures.gap_seconds)

    @property
    def counted(self) -> str:
        """How many runs there were; how many of them were not disturbed, where some were."""
        measured, all_runs = len(undisturbed([run.figures for run in self.runs])), len(self.runs)
        return str(all_runs) if measured == all_runs else f"{measured} of {all_runs}"

    @property
    def gaps(self) -> tuple[float, float, float]:
        """Median, 95th percentile and maximum of the gaps of the runs that were not disturbed, in seconds."""
        gaps = [figures.gap_seconds for figures in undisturbed([run.figures for run in self.runs])]
        return percentile(gaps, 50), percentile(gaps, 95), max(gaps, default=0.0)

    def total(self, name: str) -> int:
        """The sum over all runs of a whole-number figure of the stable form, such as "failed"."""
        return sum(int(str(run.figures.to_json()[name])) for run in self.runs)


def has_held(results: Sequence[Result]) -> bool:
    """Whether every drill held."""
    return all(result.verdict.held for result in results)
