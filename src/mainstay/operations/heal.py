"""Undoes what a drill that broke off has left hurt; `drill` and `up` begin with it."""

from mainstay.drills.hurting import Hand, Hurt
from mainstay.grounds.hurtable import Hurtable
from mainstay.grounds.lab.hurting import LabHurting
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.site import Site

NOTE = "hurt.json"


def heal_all(site: Site) -> tuple[Hurt, ...]:
    """Afterwards nothing is hurt that a drill of this computer has hurt; gives what was undone."""
    return hand_of(site).heal_all()


def hand_of(site: Site) -> Hand:
    """The hand that hurts and heals this site's machines."""
    return Hand(site.ground, _links(site), site.folder / NOTE)


def _links(site: Site) -> Hurtable | None:
    return LabHurting(site.ground.places) if isinstance(site.ground, Lab) else None
