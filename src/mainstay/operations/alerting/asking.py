"""Asks an Alertmanager of the site: any of them, since they tell each other what they know."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TypeVar

from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import GENTLY, Reach
from mainstay.model.exposure import Exposure
from mainstay.model.machine import Instance
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site

NAME = "alertmanager"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Alertmanager:
    """One that answers: the machine it is on, and where it listens."""

    reach: Reach
    machine: str
    base: str

    def ask(self, path: str, body: object = None) -> str:
        """What it answers; a body is posted as JSON.

        Raises:
            GroundError: it does not answer, or refuses.
        """
        script = resources.files("mainstay.operations.alerting").joinpath("remote", "ask.py").read_text()
        order = {"url": f"{self.base}{path}", "purpose": NAME, "body": body}
        command = (*GENTLY, "python3", "-c", script)
        return self.reach.run_or_fail(self.machine, command, given=json.dumps(order), seconds=20)


def of_any(
    site: Site,
    exposures: Mapping[Instance, Exposure],
    running: Sequence[str],
    question: Callable[[Alertmanager], Answer],
) -> Answer:
    """What the first says that answers; the machines on which nothing runs are not asked.

    Raises:
        OperationError: none does; the text says why, of each.
    """
    why = []
    for alertmanager in _on(site, exposures, running):
        try:
            return question(alertmanager)
        except GroundError as error:
            why.append(f"{alertmanager.machine}: {str(error).splitlines()[0]}")
    raise OperationError(
        "\n".join(("No Alertmanager answers.", *why)), "`mainstay status` shows which machines answer."
    )


def _on(site: Site, exposures: Mapping[Instance, Exposure], running: Sequence[str]) -> Iterator[Alertmanager]:
    """Those on the machines that run, in the file's order."""
    for machine in site.running("monitoring"):
        if machine.name in running:
            port = next(port for port in exposures[Instance(NAME, machine)].ports if port.name == "api")
            yield Alertmanager(site.ground.reach(), machine.name, f"https://{machine.address}:{port.number}")
