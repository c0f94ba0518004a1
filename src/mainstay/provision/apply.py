"""Carries changes out on many machines at once, one worker process each."""

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


def apply(reach: Reach, changes: Mapping[str, Sequence[Change]], archives: Mapping[str, str], report: Report) -> None:
    """Carry out every machine's changes, in order; machines do not wait for each other.

    Raises:
        ProvisionError: on one or more machines a change failed; what came after it there was not done.
    """
    due = {machine: steps for machine, steps in changes.items() if steps}
    failures = reach.on_each(tuple(due), lambda machine: _apply_one(reach, machine, due[machine], archives, report))
    said = [failure for failure in failures.values() if failure]
    if said:
        raise ProvisionError("\n".join(said), "What ran before goes on running. Mend it and run `mainstay up` again.")


def _apply_one(
    reach: Reach, machine: str, changes: Sequence[Change], archives: Mapping[str, str], report: Report
) -> str:
    """Run a worker to its end; gives "" or the sentence of its failure."""
    _carry_archives(reach, machine, changes, archives, report)
    failures: list[str] = []
    endings: list[str] = []

    def hear(line: str) -> None:
        word = json.loads(line)
        if "doing" in word:
            report(machine, word["doing"])
            return
        endings.append(line)
        if failed := word.get("failed"):
            failures.append(f"{machine}: {failed['doing']} failed:\n{_indented(failed['said'])}")

    worker = (sys.executable, "-m", "mainstay.provision.worker")
    done = shell.converse(worker, _order(reach, machine, changes), hear)
    if not endings:
        return f"{machine}: the worker broke off:\n{_indented(done.errors)}"
    return "".join(failures)


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
