<<<<<<< HEAD
"""A ground whose machines are words: every act is noted in the order in which it was done."""
=======
"""A ground whose machines are not there: it knows which are switched on, and the way to them."""
>>>>>>> main

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

<<<<<<< HEAD
from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.reach import Reach
from mainstay.grounds.shell import Completed
from mainstay.model.machine import Machine
=======
from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from tests.fakes.reach import FakeReach
>>>>>>> main


@dataclass(frozen=True)
class FakeGround:
<<<<<<< HEAD
    """Keeps the contracts of Ground and of Hurtable; `on` says which machines run, `done` what was done."""

    on: dict[str, bool]
    done: list[str] = field(default_factory=list)
    kind: str = "fake"

    def members(self) -> Mapping[str, bool]:
        return self.on

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        self.on.update({machine.name: True for machine in machines})

    def reach(self) -> Reach:
        return NotingReach(self)

    def endpoints(self) -> tuple[str, ...]:
        return ("http://fake.test",)

    def power_off(self, machine: str) -> None:
        self.done.append(f"power off {machine}")
        self.on[machine] = False

    def power_on(self, machine: str) -> None:
        self.done.append(f"power on {machine}")
        self.on[machine] = True

    def stop(self, report: Report) -> None:
        self.on.update(dict.fromkeys(self.on, False))

    def dismiss(self, names: Sequence[str]) -> None:
        for name in names:
            del self.on[name]

    def cut_off(self, machine: str) -> None:
        self.done.append(f"cut off {machine}")

    def silence(self, machine: str) -> None:
        self.done.append(f"silence {machine}")

    def cut_apart(self, some: Sequence[str], others: Sequence[str]) -> None:
        self.done.append(f"cut {' '.join(some)} from {' '.join(others)}")

    def stall(self, machine: str) -> None:
        self.done.append(f"stall {machine}")

    def mend(self) -> None:
        self.done.append("mend")


class NotingReach(Reach):
    """A way to a fake ground's machines: commands are noted; one that is off cannot be reached."""

    def __init__(self, ground: FakeGround) -> None:
        object.__setattr__(self, "_ground", ground)

    def run(self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120) -> Completed:
        ground: FakeGround = object.__getattribute__(self, "_ground")
        if not ground.on[machine]:
            raise GroundError(f"{machine} cannot be reached: it is off")
        ground.done.append(f"{machine}: {' '.join(argv)}")
        return Completed(0, "", "")
=======
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
>>>>>>> main
