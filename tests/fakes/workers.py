"""Workers whose machines are in memory: changes are carried out on their states, and what a run notes is noted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mainstay.grounds.ground import Report
from mainstay.model.change import Change, Removal
from mainstay.model.install import File
from mainstay.model.manifest import Manifest
from mainstay.model.state import MachineState
from mainstay.provision.apply import ProvisionError
from mainstay.provision.places import ATTEMPTED, RECORD
from tests.fakes.machine import carried_out


@dataclass
class FakeWorkers:
    """`done` has every step, by machine; `breaks_at`: the number of the step that fails, from 0."""

    states: dict[str, MachineState]
    done: list[tuple[str, Change]] = field(default_factory=list)
    breaks_at: int | None = None

    def __enter__(self) -> "FakeWorkers":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is held."""

    def apply(self, changes: Mapping[str, Sequence[Change]], archives: Mapping[str, str], report: Report) -> None:
        """Carry them out, one after the other."""
        for machine, steps in changes.items():
            for step in steps:
                if len(self.done) == self.breaks_at:
                    raise ProvisionError(f"{machine}: {step.summary} failed")
                self.done.append((machine, step))
                self.states[machine] = _noted(step, carried_out((step,), self.states[machine]))


def told(state: MachineState) -> dict[str, Any]:
    """What a machine in this state answers to the one question, as JSON data."""
    return {
        "python": state.python,
        "processor": state.processor,
        "record": state.record.to_json() if state.record else None,
        "attempted": state.attempted.to_json() if state.attempted else None,
        "packages": sorted(state.packages),
        "users": state.users,
        "paths": {path: [s.digest, s.owner, s.group, s.mode] for path, s in state.paths.items()},
        "links": state.links,
        "units": {unit: asdict(found) for unit, found in state.units.items()},
    }


def _noted(step: Change, state: MachineState) -> MachineState:
    match step.subject:
        case File(path=path) as file if path in (RECORD, ATTEMPTED):
            noted = Manifest.from_json(json.loads(file.text))
            return replace(state, record=noted) if path == RECORD else replace(state, attempted=noted)
        case Removal(path=path) if path == ATTEMPTED:
            return replace(state, attempted=None)
        case _:
            return state
