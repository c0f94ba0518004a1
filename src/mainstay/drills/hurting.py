"""Hurts machines and heals them; notes each hurt on the operator's disk before it is done."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from mainstay.drills import catalogue
from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Ground
from mainstay.grounds.hurtable import Hurtable
from mainstay.model.fault import FROZEN, KILLED, STOPPED

START_SECONDS = 30.0


@dataclass(frozen=True)
class Hurt:
    """What is done to which machine: to which of its units, or from which others it is cut."""

    act: str
    machine: str
    units: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Rotation(Protocol):
    """Who does what in good order: verbs see to that, which drills do not know."""

    def take_out(self, machine: str) -> None:
        """Afterwards the machine gets no new visitors."""
        ...

    def put_back(self, machine: str) -> None:
        """Afterwards it gets visitors again."""
        ...

    def hand_over(self, machine: str) -> None:
        """Afterwards the primary that was there is another."""
        ...


@dataclass(frozen=True)
class Hand:
    """The hand that hurts and heals. `links` is None where cables, processors and disks are out of its reach."""

    ground: Ground
    links: Hurtable | None
    rotation: Rotation
    note: Path

    def hurt(self, hurt: Hurt) -> None:
        """Afterwards it is done; it was noted before, so whoever comes next can heal it.

        Raises:
            GroundError: this cannot be done here.
        """
        self._keep((*self.noted(), hurt))
        _INFLICT[hurt.act](self, hurt)

    def heal_all(self) -> tuple[Hurt, ...]:
        """Afterwards all that was noted is undone, and nothing is noted; gives what was undone."""
        hurts = self.noted()
        if not hurts:
            return ()
        if self.links is not None:
            self.links.mend()
        for hurt in hurts:
            self._heal(hurt)
        self._keep(())
        return hurts

    def noted(self) -> tuple[Hurt, ...]:
        """What is noted as hurt."""
        try:
            rows = json.loads(self.note.read_text())
        except FileNotFoundError:
            return ()
        return tuple(Hurt(r["act"], r["machine"], tuple(r["units"]), tuple(r["others"])) for r in rows)

    def cables(self) -> Hurtable:
        """What can be done beside logging in.

        Raises:
            GroundError: nothing, as these are servers.
        """
        if self.links is None:
            raise GroundError("This can be done in the lab only: on servers it could not be undone from here.")
        return self.links

    def _heal(self, hurt: Hurt) -> None:
        if not self.ground.members().get(hurt.machine, True):
            self.ground.power_on(hurt.machine)
        if hurt.act == FROZEN:
            self.unit(hurt, "kill", "--signal=CONT")
        if hurt.units:
            self.unit(hurt, "start")
        if hurt.act == catalogue.DRAINED:
            self.rotation.put_back(hurt.machine)

    def unit(self, hurt: Hurt, *words: str) -> None:
        """Have systemd on the machine do this to the hurt's units."""
        self.ground.reach().run_or_fail(hurt.machine, ("systemctl", *words, *hurt.units), seconds=START_SECONDS)

    def _keep(self, hurts: tuple[Hurt, ...]) -> None:
        """On the disk when the call has returned, whole or not at all."""
        if not hurts:
            self.note.unlink(missing_ok=True)
            return
        fresh = self.note.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump([asdict(hurt) for hurt in hurts], file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.note)
        folder = os.open(self.note.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _power_cycle(hand: Hand, hurt: Hurt) -> None:
    hand.ground.power_off(hurt.machine)
    hand.ground.power_on(hurt.machine)


_INFLICT: Mapping[str, Callable[[Hand, Hurt], None]] = {
    KILLED: lambda hand, hurt: hand.unit(hurt, "kill", "--signal=KILL"),
    STOPPED: lambda hand, hurt: hand.unit(hurt, "stop"),
    FROZEN: lambda hand, hurt: hand.unit(hurt, "kill", "--signal=STOP"),
    catalogue.POWER_OFF: lambda hand, hurt: hand.ground.power_off(hurt.machine),
    catalogue.POWER_CYCLE: _power_cycle,
    catalogue.STALLED: lambda hand, hurt: hand.cables().stall(hurt.machine),
    catalogue.CUT_OFF: lambda hand, hurt: hand.cables().cut_off(hurt.machine),
    catalogue.ONE_WAY: lambda hand, hurt: hand.cables().silence(hurt.machine),
    catalogue.CUT_APART: lambda hand, hurt: hand.cables().cut_apart((hurt.machine,), hurt.others),
    catalogue.DISK_FULL: lambda hand, hurt: hand.cables().fill_disk(hurt.machine),
    catalogue.DRAINED: lambda hand, hurt: hand.rotation.take_out(hurt.machine),
    catalogue.SWITCHOVER: lambda hand, hurt: hand.rotation.hand_over(hurt.machine),
}
"""What each fault does; how it is undone is one and the same for all, and harms nothing that is well."""
