"""Undoes what a drill that broke off has left hurt; `drill` and `up` begin with it."""

from dataclasses import dataclass

from mainstay.drills.hurting import Hand, Hurt
from mainstay.grounds.hurtable import Hurtable
from mainstay.grounds.lab.hurting import LabHurting
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.database.keepers import order
from mainstay.operations.drain import machine_in_rotation, take_back, take_out
from mainstay.operations.site import Site

NOTE = "hurt.json"
IDLE_SECONDS = 10.0


@dataclass(frozen=True)
class SiteRotation:
    """The rotation of one site, for a verb that holds its lock; keeps the contract of `Rotation`."""

    site: Site

    def take_out(self, machine: str) -> None:
        """Afterwards it is drained; its connections are given ten seconds."""
        take_out(self.site, machine_in_rotation(self.site, machine), IDLE_SECONDS)

    def put_back(self, machine: str) -> None:
        """Afterwards it is in rotation again."""
        take_back(self.site, machine)

    def hand_over(self, machine: str) -> None:
        """Afterwards another is primary."""
        order(self.site, machine, "switchover")


def heal_all(site: Site) -> tuple[Hurt, ...]:
    """Afterwards nothing is hurt that a drill of this computer has hurt; gives what was undone."""
    return hand_of(site).heal_all()


def hand_of(site: Site) -> Hand:
    """The hand that hurts and heals this site's machines."""
    return Hand(site.ground, _links(site), SiteRotation(site), site.folder / NOTE)


def _links(site: Site) -> Hurtable | None:
    return LabHurting(site.ground.places) if isinstance(site.ground, Lab) else None
