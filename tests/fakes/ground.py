"""A ground whose machines are not there: it knows which are switched on, and the way to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from tests.fakes.reach import FakeReach


@dataclass(frozen=True)
class FakeGround:
    """A lab in memory: `on` says of each machine that was made whether it is switched on."""

    on: dict[str, bool]
    way: FakeReach = field(default_factory=FakeReach)
    kind: str = field(default="lab", init=False)

    def members(self) -> Mapping[str, bool]:
        """What it was told."""
        return dict(self.on)

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """All of them are switched on."""
        self.on.update({machine.name: True for machine in machines})

    def reach(self) -> FakeReach:
        """The way it was given."""
        return self.way

    def endpoints(self) -> tuple[str, ...]:
        """One."""
        return ("http://127.0.0.1:8080",)

    def power_off(self, machine: str) -> None:
        """The machine is switched off."""
        self.on[machine] = False

    def power_on(self, machine: str) -> None:
        """The machine is switched on."""
        self.on[machine] = True

    def stop(self, report: Report) -> None:
        """All are switched off."""
        self.on.update(dict.fromkeys(self.on, False))

    def dismiss(self, names: Sequence[str]) -> None:
        """They were never made."""
        for name in names:
            self.on.pop(name, None)
