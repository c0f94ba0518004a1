"""A ground whose machines can be hurt: every act is noted, in the order in which it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.reach import Reach
from mainstay.grounds.shell import Completed
from mainstay.model.machine import Machine


@dataclass(frozen=True)
class HurtableGround:
    """A Ground, a Hurtable and a Rotation in one; `on` says which machines run, `done` what was done."""

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

    def fill_disk(self, machine: str) -> None:
        self.done.append(f"fill the disk of {machine}")

    def take_out(self, machine: str) -> None:
        self.done.append(f"take {machine} out")

    def put_back(self, machine: str) -> None:
        self.done.append(f"put {machine} back")

    def hand_over(self, machine: str) -> None:
        self.done.append(f"{machine} hands over")

    def mend(self) -> None:
        self.done.append("mend")


class NotingReach(Reach):
    """A way to a fake ground's machines: commands are noted; one that is off cannot be reached."""

    def __init__(self, ground: HurtableGround) -> None:
        object.__setattr__(self, "_ground", ground)

    def run(
        self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120, is_anew: bool = False
    ) -> Completed:
        ground: HurtableGround = object.__getattribute__(self, "_ground")
        if not ground.on[machine]:
            raise GroundError(f"{machine} cannot be reached: it is off")
        ground.done.append(f"{machine}: {' '.join(argv)}")
        return Completed(0, "", "")
