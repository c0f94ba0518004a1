"""Hurts the lab's machines: their ends of the cables and their disks, by the kernel; their frames, by nftables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab import network, process
from mainstay.grounds.lab.disk import Disk
from mainstay.grounds.lab.places import Places
from mainstay.grounds.lab.record import read

TABLE = "mainstay_drill"
CHAINS = ("forward", "input")
"""Frames from one machine to another, and from a machine to this computer, where the drills' visitors are."""


@dataclass(frozen=True)
class LabHurting:
    """The cables, processors and disks of one lab; keeps the contract of `Hurtable`."""

    places: Places

    def cut_off(self, machine: str) -> None:
        """Afterwards the machine's end of its cable is down."""
        network.switch(self.places.namespace, (network.plug(self._init(machine)),), "down")

    def silence(self, machine: str) -> None:
        """Afterwards every frame that the machine sends is dropped."""
        self._drop(f"iif {network.plug(self._init(machine))} drop")

    def cut_apart(self, some: Sequence[str], others: Sequence[str]) -> None:
        """Afterwards every frame between the groups is dropped."""
        one, two = (", ".join(str(network.plug(self._init(m))) for m in group) for group in (some, others))
        self._drop(f"iif {{ {one} }} oif {{ {two} }} drop", f"iif {{ {two} }} oif {{ {one} }} drop")

    def stall(self, machine: str) -> None:
        """Afterwards the machine's control group is frozen; the kernel goes on answering its handshakes."""
        (_group(self._init(machine), self.places.tag(machine)) / "cgroup.freeze").write_text("1")

    def fill_disk(self, machine: str) -> None:
        """Afterwards the machine's disk is full, by a file that the machine cannot see."""
        Disk(self.places.machine(machine)).fill()

    def mend(self) -> None:
        """Afterwards nothing is dropped, every port is up, nothing is frozen, and what filled a disk is gone."""
        record = read(self.places.record)
        names = record.machines if record else ()
        for name in names:
            Disk(self.places.machine(name)).empty()
        if not network.path(self.places.namespace).exists():
            return
        self._nft(f"table bridge {TABLE}\ndelete table bridge {TABLE}\n")
        found = {name: process.init_of(self.places.tag(name)) for name in names}
        running = {name: init for name, init in found.items() if init is not None}
        for name, init in running.items():
            (_group(init, self.places.tag(name)) / "cgroup.freeze").write_text("0")
        network.switch(self.places.namespace, [network.plug(init) for init in running.values()], "up")

    def _init(self, machine: str) -> int:
        init = process.init_of(self.places.tag(machine))
        if init is None:
            raise GroundError(f"{machine} is off.", "`mainstay up` switches machines on.")
        return init

    def _drop(self, *rules: str) -> None:
        """Lay these rules beside those that are there, all or none."""
        chains = [chain for chain in CHAINS if chain == "forward" or not any(" oif " in rule for rule in rules)]
        lines = [f"table bridge {TABLE} {{"]
        for chain in chains:
            kept = "".join(f" {rule};" for rule in rules)
            lines.append(f"  chain {chain} {{ type filter hook {chain} priority 0; policy accept;{kept} }}")
        self._nft("\n".join((*lines, "}")) + "\n")

    def _nft(self, text: str) -> None:
        inside = network.entered(network.path(self.places.namespace))
        shell.run_or_fail((*inside, "nft", "-f", "-"), "Changing what the lab's cables carry", given=text)


def _group(init: int, tag: str) -> Path:
    """The machine's own control group, which holds all that runs on it."""
    lines = (process.PROC / str(init) / "cgroup").read_text().splitlines()
    steps = Path(next(line.partition("::")[2] for line in lines if line.startswith("0::"))).parts[1:]
    depth = next(number for number, step in enumerate(steps) if step in (tag, f"{tag}.service"))
    return process.unified_hierarchy().joinpath(*steps[: depth + 1])
