"""The one question: asks a machine how all that its records name stands. One command, one round trip."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from mainstay.grounds.reach import Reach
from mainstay.model.manifest import Manifest
from mainstay.model.state import FileState, MachineState, UnitState
from mainstay.provision.places import ATTEMPTED, RECORD, STARTED


def ask(reach: Reach, machine: str) -> MachineState:
    """The state of a machine.

    Raises:
        GroundError: it cannot be reached, or cannot run Python.
    """
    script = resources.files("mainstay.provision").joinpath("remote", "describe.py").read_text()
    said = reach.run_or_fail(machine, ("python3", "-c", script, RECORD, ATTEMPTED, STARTED))
    return understand(json.loads(said))


def understand(answer: Mapping[str, Any]) -> MachineState:
    """The machine's JSON answer as a state."""
    return MachineState(
        python=answer["python"],
        processor=answer["processor"],
        record=Manifest.from_json(answer["record"]) if answer["record"] else None,
        attempted=Manifest.from_json(answer["attempted"]) if answer["attempted"] else None,
        packages=frozenset(answer["packages"]),
        users={name: tuple(groups) for name, groups in answer["users"].items()},
        paths={path: FileState(*found) for path, found in answer["paths"].items()},
        links=answer["links"],
        units={unit: UnitState(**found) for unit, found in answer["units"].items()},
    )
