"""Asks every machine, in one round trip each, whether what its components declared is so."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources

from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import GENTLY, Reach
from mainstay.model.error import MainstayError
from mainstay.model.exposure import Exposure, Probe
from mainstay.model.machine import Instance

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Health:
    """A component on a machine: well, or why not."""

    component: str
    why: str = ""

    @property
    def is_healthy(self) -> bool:
        """Whether all its probes are."""
        return not self.why


@dataclass(frozen=True)
class Examined:
    """A machine: its components, or why it cannot be reached; if that was asked, when the first certificate ends."""

    components: tuple[Health, ...]
    unreachable: str = ""
    first_end: datetime | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether it answers and all its components are well."""
        return not self.unreachable and all(component.is_healthy for component in self.components)

    @property
    def why(self) -> str:
        """The first thing that is wrong; "" if nothing is."""
        return self.unreachable or next((f"{c.component}: {c.why}" for c in self.components if c.why), "")


class UnhealthyError(MainstayError):
    """Something did not become healthy in time; the text says what was seen last."""


def examine(
    reach: Reach,
    exposures: Mapping[Instance, Exposure],
    machines: Sequence[str],
    certificates: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Examined]:
    """The health of every component on these machines; with files of certificates, by machine, when the first ends."""
    files = certificates or {}
    return reach.on_each(machines, lambda machine: _examine_one(reach, exposures, machine, files.get(machine, ())))


def wait_until_healthy(
    reach: Reach,
    exposures: Mapping[Instance, Exposure],
    machines: Sequence[str],
    seconds: float,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Return when all components on these machines are healthy.

    Raises:
        UnhealthyError: they are not within `seconds`.
    """
    begun = now()
    while True:
        found = examine(reach, exposures, machines)
        sick = {name: examined.why for name, examined in found.items() if not examined.is_healthy}
        if not sick:
            return
        if now() - begun > seconds:
            said = "\n".join(f"  {name}: {why}" for name, why in sick.items())
            raise UnhealthyError(
                f"Not healthy within {seconds:g} s; last seen:\n{said}", "`mainstay logs MACHINE COMPONENT` tells more."
            )
        time.sleep(POLL_SECONDS)


def _examine_one(
    reach: Reach, exposures: Mapping[Instance, Exposure], machine: str, certificates: Sequence[str]
) -> Examined:
    here = {i.component: e for i, e in exposures.items() if i.machine.name == machine}
    probes = [(component, probe) for component, exposure in here.items() for probe in exposure.probes]
    script = resources.files("mainstay.health").joinpath("remote", "probe.py").read_text()
    also = (Probe("certificates", "first-end", " ".join(certificates)),) if certificates else ()
    order = json.dumps([asdict(probe) for probe in (*(probe for _, probe in probes), *also)])
    try:
        answers = json.loads(reach.run_or_fail(machine, (*GENTLY, "python3", "-c", script), given=order, seconds=30))
    except GroundError as error:
        unknown = tuple(Health(component, "the machine cannot be reached") for component in here)
        return Examined(unknown, str(error).splitlines()[0])
    end = answers.pop() if also else ""
    wrong = dict.fromkeys(here, "")
    for (component, _), why in zip(probes, answers, strict=True):
        wrong[component] = wrong[component] or why
    found = tuple(Health(component, why) for component, why in wrong.items())
    return Examined(found, first_end=datetime.fromisoformat(end) if end else None)
