"""Runs the load beside a drill, in a process of its own that ends with this one."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mainstay.drills.attempt import Attempt, from_lines
from mainstay.drills.ledger import Ledger, read_ledger
from mainstay.drills.visitors import STARTED, Order
from mainstay.grounds import shell
from mainstay.model.error import MainstayError

VISITORS = "mainstay.drills.visitors"
READBACK = "mainstay.drills.readback"
LAST_ANSWERS_SECONDS = 30.0
READBACK_SECONDS = 300.0


class LoadError(MainstayError):
    """The load could not be run, or what it wrote cannot be read back."""


@dataclass(frozen=True)
class Load:
    """A load that was ordered; once it has ended, what it noted can be read."""

    order: Order

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs, visitors come; afterwards the last of them has its answer.

        Raises:
            LoadError: the visitors could not set out, or did not end.
        """
        self.order.folder.mkdir(parents=True, exist_ok=True)
        process = shell.start(self._command(VISITORS))
        try:
            if process.stdout is None or process.stdout.readline().strip() != STARTED:
                raise LoadError(f"The load could not be started: {_said(process)}")
            yield
            process.communicate(timeout=LAST_ANSWERS_SECONDS)
        finally:
            process.kill()
            process.wait()

    def attempts(self) -> tuple[Attempt, ...]:
        """Every request, in the order in which they ended."""
        with self.order.attempts.open() as lines:
            return from_lines(lines)

    def ledger(self) -> Ledger:
        """What was to be written, and what was acknowledged."""
        with self.order.ledger.open() as lines:
            return read_ledger(lines)

    def read_back(self) -> list[str]:
        """The messages of this load that the site has, each as often as it has it.

        Raises:
            LoadError: the site would not show them.
        """
        done = shell.run(self._command(READBACK), seconds=READBACK_SECONDS)
        if not done.is_success:
            said = (done.errors.strip() or f"exit status {done.status}").splitlines()[-1]
            raise LoadError(f"What was written could not be read back: {said}")
        return [str(message) for message in json.loads(done.output)]

    def _command(self, module: str) -> tuple[str, ...]:
        return (sys.executable, "-m", module, json.dumps(self.order.to_json()))


def _said(process: shell.Process) -> str:
    _, errors = process.communicate()
    return (errors.strip() or f"exit status {process.returncode}").splitlines()[-1]
