"""Runs the load generator on its own core and reads what it saw."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LOAD = Path(__file__).with_name("load.py")
LOAD_CORE = 1


@dataclass(frozen=True)
class Seen:
    """What the visitors saw; see `load.Tally`."""

    answers: dict[str, int]
    refused: int
    broken: list[tuple[float, bool]]
    slowest_seconds: float
    seconds: float
    cpu_seconds: float

    @property
    def good(self) -> int:
        """How many answers were 2xx."""
        return sum(count for status, count in self.answers.items() if status.startswith("2"))

    @property
    def bad(self) -> int:
        """How many answers were anything else."""
        return sum(self.answers.values()) - self.good


class Visitors:
    """The load generator at work."""

    def __init__(self, socket: str, path: str, seconds: float, visitors: int = 8, is_fresh: bool = False) -> None:
        command = [sys.executable, str(LOAD), socket, path, f"--seconds={seconds}", f"--visitors={visitors}"]
        command += ["--fresh"] if is_fresh else []
        self._process = subprocess.Popen(["taskset", "--cpu-list", str(LOAD_CORE), *command], stdout=subprocess.PIPE)
        self._limit = seconds + 15

    def seen(self) -> Seen:
        """Wait for the end and return what they saw."""
        output, _ = self._process.communicate(timeout=self._limit)
        if self._process.returncode:
            raise RuntimeError(f"the load generator ended with {self._process.returncode}")
        return Seen(**json.loads(output))
