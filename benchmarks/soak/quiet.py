"""A quiet hour: nothing is lost, machines only stand still for a moment now and then. How often is that mistaken?

Each second chance may stop a machine for 0.3 s, as a busy host does; every half minute one stands still for three
seconds; every ten seconds a disk carries nothing out for up to a second, so that an fsync takes as long. Writes and
reads go on meanwhile. Every change of primary is one that nobody wanted.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.place import a_site
from mainstay.drills.attempt import PROBE, READ, WRITE
from mainstay.drills.verdict import compare, gap
from mainstay.grounds.hurtable import Hurtable
from mainstay.grounds.lab.disk import Disk
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.database import sql
from mainstay.operations.database.found import schema_of
from mainstay.operations.database.keepers import command
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for
from mainstay.operations.heal import hand_of
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.status import status

RATES = {PROBE: 10.0, READ: 10.0, WRITE: 20.0}
JITTER_SECONDS, JITTER_CHANCE = 0.3, 0.3
STALL_SECONDS, STALL_EVERY = 3.0, 30.0
SLOWEST_FSYNC, SLOW_EVERY = 1.0, 10.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--takeover", choices=("fast", "normal", "safe"), default="normal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="quiet", help="of the lab")
    parser.add_argument("--port", type=int, default=48182, help="of the lab's door on this computer")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


def disturb(site: Site, seconds: float, chance: random.Random) -> Counter[str]:
    """Until the time is over; gives how often each thing was done."""
    done: Counter[str] = Counter()
    names = [machine.name for machine in site.machines]
    links = hand_of(site).cables()
    end = time.monotonic() + seconds
    due = {"stall": time.monotonic() + STALL_EVERY, "slow fsync": time.monotonic() + SLOW_EVERY}

    def is_due(what: str, every: float) -> bool:
        if time.monotonic() < due[what]:
            return False
        due[what] += every
        return True

    while time.monotonic() < end:
        machine = chance.choice(names)
        if is_due("stall", STALL_EVERY):
            command(site, "ack")  # else the second mistake would be the last
            done["stall"] += 1
            stand_still(links, machine, STALL_SECONDS)
        elif is_due("slow fsync", SLOW_EVERY):
            done["slow fsync"] += 1
            carry_nothing_out(site, machine, chance.uniform(0.1, SLOWEST_FSYNC))
        elif chance.random() < JITTER_CHANCE:
            done["jitter"] += 1
            stand_still(links, machine, JITTER_SECONDS)
        time.sleep(1)
    return done


def stand_still(links: Hurtable, machine: str, seconds: float) -> None:
    links.stall(machine)
    try:
        time.sleep(seconds)
    finally:
        links.mend()


def carry_nothing_out(site: Site, machine: str, seconds: float) -> None:
    """The machine's file system is frozen: who writes or syncs waits, all else goes on."""
    assert isinstance(site.ground, Lab)
    disk = str(Disk(site.ground.places.machine(machine)).mounted_at)
    subprocess.run(["fsfreeze", "--freeze", disk], check=True)
    try:
        time.sleep(seconds)
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)


def turns(site: Site) -> list[dict[str, Any]]:
    """Every change of primary so far."""
    return list(command(site, "history")["history"])


def main(given: argparse.Namespace) -> int:
    with a_site(given.name, given.port, {"takeover: normal ": f"takeover: {given.takeover} "}) as site:
        load = load_for(site, drills_of(site)[0])
        load = replace(load, order=replace(load.order, rates=RATES))
        before, begun = len(turns(site)), time.monotonic()
        with only_operator(site), load.running():
            done = disturb(site, 60 * given.minutes, random.Random(given.seed))
        wait(lambda: status(site).is_healthy)
        found = figures(site, load.order.tag, load.ledger(), load.attempts(), begun)
        unwanted = [f"{t['when']} {t['from']} -> {t['to']}: {t['why']}" for t in turns(site)[before:]]
    found = {"takeover": given.takeover, "seed": given.seed, **found, "disturbed": done, "unwanted": unwanted}
    text = json.dumps(found, indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    return 1 if unwanted or found["lost"] or found["unexpected"] else 0


def wait(is_so: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(1)


def figures(site: Site, tag: str, ledger: Any, attempts: Any, begun: float) -> dict[str, Any]:
    """What became of the writes, and the longest time without one."""
    rows = sql.run(site.ground.reach(), str(status(site).primary), f"SELECT message FROM {schema_of(site)}.entries")[0]
    writes = compare(ledger, [str(row["message"]) for row in rows if str(row["message"]).startswith(f"{tag} ")])
    return {
        "seconds": round(time.monotonic() - begun),
        "acknowledged": writes.acknowledged,
        "lost": len(writes.lost),
        "unexpected": len(writes.unexpected),
        "longest_without_a_write": round(gap([a for a in attempts if a.kind == WRITE], begun), 2),
    }


if __name__ == "__main__":
    sys.exit(main(arguments()))
