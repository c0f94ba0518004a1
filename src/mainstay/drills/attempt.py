"""One request of the load, and what became of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

OK, FAILED, UNKNOWN = "ok", "failed", "unknown"
PROBE, READ, WRITE = "probe", "read", "write"


@dataclass(frozen=True)
class Attempt:
    """A request: its stream's kind (PROBE, READ, WRITE), when it was due, begun and ended (monotonic seconds).

    outcome: OK (an answer below 400), FAILED (refused, reset before it was sent, or answered otherwise), UNKNOWN (it
    was sent, and no whole answer came in time: nobody can say whether it was carried out).
    status: the HTTP status, 0 without an answer; `trouble` then says why. `is_retried`: it was tried a second time.
    """

    kind: str
    due: float
    begun: float
    ended: float
    outcome: str
    status: int = 0
    trouble: str = ""
    is_retried: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether it was answered well."""
        return self.outcome == OK

    @property
    def seconds(self) -> float:
        """How long its visitor waited."""
        return self.ended - self.begun


def to_line(attempt: Attempt) -> str:
    """The attempt as a line of JSON; `from_lines` is its inverse."""
    data = {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(attempt).items()}
    return json.dumps(data) + "\n"


def from_lines(lines: Iterable[str]) -> tuple[Attempt, ...]:
    """The attempts of a file, by the time at which they ended; a last line that was cut off is left out."""
    whole = (line for line in lines if line.endswith("\n"))
    return tuple(sorted((Attempt(**json.loads(line)) for line in whole), key=lambda attempt: attempt.ended))
