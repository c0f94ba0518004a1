"""The database under faults that chance chooses, while visitors write: nothing lost, never two primaries.

Makes a lab of its own, and takes it away again. Two oracles must agree at the end: the visitors' ledger against the
rows, and the databases' GTID sets against each other. Beside them each database is looked at ten times a second.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.place import a_site
from mainstay.drills.attempt import PROBE, READ, WRITE
from mainstay.drills.catalogue import PRIMARY, REPLICA, VOTER, Drill
from mainstay.drills.load import Load
from mainstay.drills.verdict import compare
from mainstay.drills.writable import Watch
from mainstay.operations.database import sql
from mainstay.operations.database.found import schema_of
from mainstay.operations.database.keepers import command
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for, victim_of
from mainstay.operations.errors import OperationError
from mainstay.operations.heal import hand_of
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.status import status

ROLES = (PRIMARY, REPLICA, VOTER)
LONGEST_HOLD_SECONDS = 10.0
HEALTHY_SECONDS = 240.0
REST_SECONDS = 3.0
EXECUTED = "SELECT @@GLOBAL.gtid_executed AS executed"
HAS_ALL = "SELECT WAIT_FOR_EXECUTED_GTID_SET(%s, 60) AS timed_out"


@dataclass
class Course:
    """What was done: each fault's name, how often (refused: nobody could take over), and how soon all was healthy."""

    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    whole_after: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long faults are made")
    parser.add_argument("--seed", type=int, default=None, help="of the choice of faults; the same seed, the same order")
    parser.add_argument("--rate", type=float, default=40.0, help="writes per second")
    parser.add_argument("--name", default="soak", help="of the lab")
    parser.add_argument("--port", type=int, default=48181, help="of the lab's door on this computer")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


def hurt_for(site: Site, minutes: float, chance: random.Random) -> Course:
    """One fault after the other; each is healed, and all is healthy, before the next."""
    course = Course()
    drills = [drill for drill in drills_of(site) if drill.role in ROLES]
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end and not course.troubles:
        drill = chance.choice(drills)
        hold = chance.uniform(0, LONGEST_HOLD_SECONDS)
        hurt_once(site, drill, hold, chance.randrange(100), course)
        time.sleep(chance.uniform(0, REST_SECONDS))
    return course


def hurt_once(site: Site, drill: Drill, hold: float, number: int, course: Course) -> None:
    """Hurt, hold, heal, wait until one could take over again."""
    hand, hurt = hand_of(site), victim_of(site, drill, number)
    print(f"{time.strftime('%H:%M:%S')} {drill.name} on {hurt.machine} for {hold:.1f} s", flush=True)
    course.faults[drill.name] += 1
    try:
        hand.hurt(hurt)
        time.sleep(hold)
    except OperationError as error:
        print(f"         {error}", flush=True)
        course.refused[drill.name] += 1
    finally:
        hand.heal_all()
    begun = time.monotonic()
    while not (found := status(site)).is_healthy:
        if time.monotonic() - begun > HEALTHY_SECONDS:
            course.troubles.append(f"not healthy {HEALTHY_SECONDS:g} s after {drill.name}: {found.database_sentence}")
            return
        time.sleep(1)
    course.whole_after.append(time.monotonic() - begun)
    command(site, "ack")


def judged(site: Site, load: Load, watch: Watch, course: Course, seconds: float) -> dict[str, Any]:
    """Both oracles, and what the watchers saw."""
    primary = status(site).primary or ""
    replicas = [m.name for m in site.running("database") if m.name != primary]
    reach, tag = site.ground.reach(), load.order.tag
    ledger = load.ledger()
    rows = [str(row["message"]) for row in sql.run(reach, primary, f"SELECT message FROM {schema_of(site)}.entries")[0]]
    writes = compare(ledger, [message for message in rows if message.startswith(f"{tag} ")])
    executed = str(sql.run(reach, primary, EXECUTED)[0][0]["executed"]).replace("\n", "")
    errant = {name: _beyond(site, name, executed) for name in replicas}
    behind = [name for name in replicas if sql.run(reach, name, (HAS_ALL, (executed,)))[0][0]["timed_out"]]
    return {
        "seconds": round(seconds),
        "faults": dict(sorted(course.faults.items())),
        "faults_in_all": course.faults.total(),
        "refused": dict(course.refused),
        "acknowledged": writes.acknowledged,
        "attempted": writes.attempted,
        "lost": list(writes.lost),
        "unexpected": list(writes.unexpected),
        "recovered": len(writes.recovered),
        "two_primaries": [f"{a.machine} and {b.machine} at {a.begin:.3f}" for a, b in watch.overlaps()],
        "beyond_the_primary": {name: gtids for name, gtids in errant.items() if gtids},
        "behind_the_primary": behind,
        "longest_until_healthy": round(max(course.whole_after, default=0.0), 1),
        "troubles": course.troubles,
    }


def _beyond(site: Site, name: str, executed: str) -> str:
    """What a replica has and the primary has not."""
    question = ("SELECT GTID_SUBTRACT(@@GLOBAL.gtid_executed, %s) AS beyond", (executed,))
    return str(sql.run(site.ground.reach(), name, question)[0][0]["beyond"])


def main(given: argparse.Namespace) -> int:
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    with a_site(given.name, given.port) as site:
        some = drills_of(site)[0]
        load = load_for(site, some)
        rates = {PROBE: 10.0, READ: 10.0, WRITE: given.rate}
        load = replace(load, order=replace(load.order, rates=rates))
        watch = Watch(site.ground.reach(), [m.name for m in site.running("database")], site.folder / "soak")
        begun = time.monotonic()
        with only_operator(site), watch.running():
            with load.running():
                course = hurt_for(site, given.minutes, random.Random(seed))
            found = {"seed": seed, **judged(site, load, watch, course, time.monotonic() - begun)}
    text = json.dumps(found, indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    broken = ("lost", "unexpected", "two_primaries", "beyond_the_primary", "behind_the_primary", "troubles")
    return 1 if any(found[name] for name in broken) else 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
