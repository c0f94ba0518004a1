"""Watches from outside which databases take writes: never two at one moment.

A look at one database proves something about two moments only: between two looks that both found it taking writes, it
is held for taking them all the time, unless they lie too far apart: it may have died and come back in between. Two
databases whose spans overlap are a breach of the promise.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from itertools import combinations, pairwise
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.reach import Reach

AGAIN_SECONDS = 0.5
TOO_FAR_SECONDS = 1.0


@dataclass(frozen=True)
class Look:
    """One look at a database: it was asked at `asked` and had answered at `answered`, in monotonic seconds."""

    asked: float
    answered: float
    takes_writes: bool


@dataclass(frozen=True)
class Span:
    """From `begin` to `end`, in monotonic seconds, a database took writes."""

    machine: str
    begin: float
    end: float


@dataclass(frozen=True)
class Watch:
    """The watchers of a site's databases; what each saw is a file of its own in `folder`, one look a line."""

    reach: Reach
    machines: Sequence[str]
    folder: Path

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs, every database is looked at ten times a second; one that is off, once it is back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        is_over = threading.Event()
        watchers = [threading.Thread(target=self._watch, args=(m, is_over), daemon=True) for m in self.machines]
        for watcher in watchers:
            watcher.start()
        try:
            yield
        finally:
            is_over.set()
            for watcher in watchers:
                watcher.join()

    def overlaps(self) -> tuple[tuple[Span, Span], ...]:
        """Every two spans of different databases that overlap."""
        return overlapping({machine: spans(machine, self._looks(machine)) for machine in self.machines})

    def _looks(self, machine: str) -> tuple[Look, ...]:
        with self._file(machine).open() as lines:
            return read_looks(lines)

    def _watch(self, machine: str, is_over: threading.Event) -> None:
        script = resources.files("mainstay.drills").joinpath("remote", "writable.py").read_text()
        command = self.reach.command(machine, ("python3", "-c", script))
        with self._file(machine).open("a") as looks:
            while not is_over.is_set():
                watcher = shell.start_writing(command, looks)
                while watcher.poll() is None and not is_over.wait(AGAIN_SECONDS):
                    pass
                _end(watcher)
                is_over.wait(AGAIN_SECONDS)

    def _file(self, machine: str) -> Path:
        return self.folder / f"writable-{machine}.txt"


def read_looks(lines: Iterable[str]) -> tuple[Look, ...]:
    """The looks that a watcher noted, in order; a last line that was cut off is left out."""
    words = (line.split() for line in lines if line.endswith("\n"))
    return tuple(Look(float(asked), float(answered), takes == "1") for asked, answered, takes, _ in words)


def spans(machine: str, looks: Sequence[Look]) -> tuple[Span, ...]:
    """From the end of one look that found it taking writes to the beginning of the next, if that found it so, too."""
    return tuple(
        Span(machine, before.answered, after.asked)
        for before, after in pairwise(looks)
        if before.takes_writes and after.takes_writes and after.asked - before.answered < TOO_FAR_SECONDS
    )


def overlapping(by_machine: Mapping[str, Sequence[Span]]) -> tuple[tuple[Span, Span], ...]:
    """Every two spans of different machines that have a moment in common, by the first's beginning."""
    found = []
    for one, other in combinations(by_machine.values(), 2):
        found += list(_overlapping_pairs(one, other))
    return tuple(sorted(found, key=lambda pair: pair[0].begin))


def _overlapping_pairs(one: Sequence[Span], other: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Two sequences, each in the order of time, walked side by side."""
    left, right = iter(one), iter(other)
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        if max(a.begin, b.begin) < min(a.end, b.end):
            yield a, b
        if a.end <= b.end:
            a = next(left, None)
        else:
            b = next(right, None)


def _end(watcher: shell.Process) -> None:
    watcher.kill()
    watcher.wait()
