"""The addresses that move between the balancers, and who has them now."""

import re

from mainstay.grounds.errors import GroundError
from mainstay.operations.rotation import balancers_on
from mainstay.operations.site import Site

ENTERED = re.compile(r"\((\S+)\) Entering (\w+) STATE")


def moving(site: Site) -> tuple[str, ...]:
    """The addresses that move: none where a single balancer has its own."""
    if len(site.running("balancer")) < 2:
        return ()
    return tuple(entrance.rpartition(":")[0] for entrance in site.entrances)


def held_by(site: Site, balancer: str) -> list[str]:
    """Those of the addresses that a balancer has now.

    Raises:
        GroundError: it cannot be asked.
    """
    shown = site.ground.reach().run_or_fail(balancer, ("ip", "-4", "-oneline", "address", "show"))
    return [address for address in moving(site) if f" {address}/" in shown]


def holders(site: Site) -> dict[str, list[str]]:
    """Each address that moves, and the balancers that have it; one that cannot be asked has none."""
    addresses = moving(site)
    if not addresses:
        return {}

    def held(balancer: str) -> list[str]:
        try:
            return held_by(site, balancer)
        except GroundError:
            return []

    found = site.ground.reach().on_each(balancers_on(site), held)
    return {address: [name for name, having in found.items() if address in having] for address in addresses}


def astray(site: Site) -> str:
    """What is wrong with the addresses: each is to be at exactly one balancer; "" if so it is."""
    wrong = {address: names for address, names in holders(site).items() if len(names) != 1}
    return "; ".join(f"{address} is at {' and '.join(names) or 'no balancer'}" for address, names in wrong.items())


def is_willing(site: Site, balancer: str) -> bool:
    """Whether a balancer would take every address, as its keepalived last said of each: that it is not at FAULT."""
    asked = ("journalctl", "--quiet", "--unit=keepalived.service", "--output=cat", "--lines=200")
    said = ENTERED.findall(site.ground.reach().run_or_fail(balancer, asked))
    return "FAULT" not in dict(said).values()
