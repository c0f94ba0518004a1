"""Carries changes out on many machines at once, by one worker process each."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.ground import Report
from mainstay.grounds.reach import Reach
from mainstay.model.change import Change
from mainstay.model.error import MainstayError
from mainstay.model.install import Bundle
from mainstay.provision.places import carried_archive


class ProvisionError(MainstayError):
    """A machine could not be brought to its manifest; the text says which, doing what, and what was said there."""


class Workers:
    """A worker process for each machine, from when it is first needed until the end: it pays for its start once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._by_machine: dict[str, shell.Conversation] = {}

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *error: object) -> None:
        for machine in tuple(self._by_machine):
            self._end(machine)

    def apply(self, changes: Mapping[str, Sequence[Change]], archives: Mapping[str, str], report: Report) -> None:
        """Carry out every machine's changes, in order; machines do not wait for each other.

        Raises:
            ProvisionError: on one or more machines a change failed; what came after it there was not done.
        """
        due = {machine: steps for machine, steps in changes.items() if steps}

        def one(machine: str) -> str:
            _carry_archives(self._reach, machine, due[machine], archives, report)
            return self._ask(machine, due[machine], report)

        said = [failure for failure in self._reach.on_each(tuple(due), one).values() if failure]
        if said:
            raise ProvisionError(
                "\n".join(said), "What ran before goes on running. Mend it and run `mainstay up` again."
            )

    def _ask(self, machine: str, changes: Sequence[Change], report: Report) -> str:
        """Have a worker carry out its order; gives "" or the sentence of its failure."""
        failures: list[str] = []

        def hear(line: str) -> bool:
            word = json.loads(line)
            if "doing" in word:
                report(machine, word["doing"])
                return False
            if failed := word.get("failed"):
                failures.append(f"{machine}: {failed['doing']} failed:\n{_indented(failed['said'])}")
            return True

        if machine not in self._by_machine:
            self._by_machine[machine] = shell.Conversation((sys.executable, "-m", "mainstay.provision.worker"))
        if not self._by_machine[machine].ask(_order(self._reach, machine, changes), hear):
            return f"{machine}: the worker broke off:\n{_indented(self._end(machine))}"
        return "".join(failures)

    def _end(self, machine: str) -> str:
        return self._by_machine.pop(machine).end()


def _carry_archives(
    reach: Reach, machine: str, changes: Sequence[Change], archives: Mapping[str, str], report: Report
) -> None:
    """By OpenSSH itself: through a ProxyCommand, pyinfra's SFTP breaks off after a few megabytes."""
    for change in changes:
        if isinstance(change.subject, Bundle):
            report(machine, f"carrying release {change.subject.release} over")
            reach.put(machine, Path(archives[change.subject.release]), carried_archive(change.subject))


def _order(reach: Reach, machine: str, changes: Sequence[Change]) -> str:
    steps = [{"kind": type(c.subject).__name__, "summary": c.summary, "subject": asdict(c.subject)} for c in changes]
    return json.dumps({"machine": machine, "ssh_config": str(reach.ssh_config), "changes": steps})


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
