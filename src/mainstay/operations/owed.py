"""What balancers that were off have yet to hear: whom the user has put back into rotation meanwhile.

Kept beside the user's file, since the note that a machine is drained lies on the balancer's own disk.
"""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from mainstay.operations.rotation import NOTES, balancers_on, is_answering, noted, set_state
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

FILE = "owed.json"
ANSWERING_SECONDS = 15.0


def owe(site: Site, machine: str, balancers: Iterable[str]) -> None:
    """Remember that these balancers, and no others, have yet to hear that the machine is in rotation again."""
    known = {name: [m for m in machines if m != machine] for name, machines in _read(site).items()}
    for balancer in balancers:
        known.setdefault(balancer, []).append(machine)
    _write(site, known)


def unheard(site: Site, machine: str) -> str:
    """The balancers that have yet to hear of this machine, for a sentence."""
    return " and ".join(balancer for balancer, machines in _read(site).items() if machine in machines)


def settle(site: Site) -> None:
    """Tell the balancers that are on now what they have missed.

    HAProxy reads who was drained from a file of its own when it starts: only then can it be told otherwise.
    """
    known = _read(site)
    for balancer in [name for name in balancers_on(site) if name in known]:
        for machine in known[balancer]:
            site.ground.reach().run_or_fail(balancer, ("sh", "-c", f"rm -f {NOTES}/{machine}"))
        wait(partial(is_answering, site, balancer), ANSWERING_SECONDS)
        for machine in set(known.pop(balancer)) - noted(site):
            set_state(site, machine, "ready")
        _write(site, known)


def _read(site: Site) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads(_file(site).read_text())
    except FileNotFoundError:
        return {}
    return found


def _write(site: Site, owed: dict[str, list[str]]) -> None:
    left = {balancer: machines for balancer, machines in owed.items() if machines}
    if not left:
        _file(site).unlink(missing_ok=True)
        return
    fresh = _file(site).with_suffix(".new")
    fresh.write_text(json.dumps(left))
    fresh.replace(_file(site))


def _file(site: Site) -> Path:
    return site.folder / FILE
