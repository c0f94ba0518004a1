"""How long writes stand still for something that happens, under a load that leaves the computer time for it."""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.place import a_site
from benchmarks.soak.diverged import sync, wait
from mainstay.drills.attempt import PROBE, READ, WRITE
from mainstay.drills.stolen import spent
from mainstay.drills.verdict import compare, gap
from mainstay.operations.database.keepers import command
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for
from mainstay.operations.site import Site
from mainstay.operations.status import status

RATES = {PROBE: 10.0, READ: 10.0, WRITE: 50.0}
AGAIN_SECONDS = 120.0


@dataclass(frozen=True)
class Pause:
    """Seconds without an answered write; the writes that were acknowledged, that of these are lost, that failed.

    stolen: per cent of this computer's time that its own host gave to others meanwhile. at_rest: as `seconds`, before
    anything happened; None where nobody looked.
    """

    seconds: float
    acknowledged: int
    lost: int
    failed: int
    stolen: float
    at_rest: float | None


def arguments(about: str, name: str, port: int) -> argparse.Namespace:
    """What all of these programs can be told."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--runs", type=int, default=10, help="how often")
    parser.add_argument("--name", default=name, help="of the lab")
    parser.add_argument("--port", type=int, default=port, help="of the lab's door on this computer")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


@contextmanager
def written_to(site: Site) -> Iterator[Callable[[float | None], Pause]]:
    """While the block runs visitors write; afterwards what is given tells what they noticed.

    It is told since when (monotonic seconds) something happened, and tells apart what they had noticed before; None
    stands for all the time.
    """
    load = load_for(site, drills_of(site)[0])
    load = replace(load, order=replace(load.order, rates=RATES))
    at_first = spent()

    def noticed(since: float | None) -> Pause:
        attempts = [attempt for attempt in load.attempts() if attempt.kind == WRITE]
        writes = compare(load.ledger(), load.read_back())
        first = min(attempt.begun for attempt in attempts)
        seconds = round(gap(attempts, since or first), 3)
        before = [attempt for attempt in attempts if since and attempt.ended <= since]
        at_rest = round(gap(before, first), 3) if before else None
        failed = sum(not attempt.is_ok for attempt in attempts)
        return Pause(seconds, writes.acknowledged, len(writes.lost), failed, stolen, at_rest)

    with load.running():
        yield noticed
    stolen = round(spent().percent_stolen_since(at_first), 1)


def is_whole(site: Site) -> None:
    """Wait until all is healthy and a replica could take over; earlier failovers do not count any more."""
    wait(
        "All is healthy, and a replica could take over",
        lambda: status(site).is_healthy and bool(sync(site)),
        AGAIN_SECONDS,
    )
    command(site, "ack")


def measure(given: argparse.Namespace, one: Callable[[Site], Pause]) -> int:
    """So many runs on a site of their own; prints each, then all of them. The exit status is 1 if a write is lost."""
    runs: list[Pause] = []
    with a_site(given.name, given.port) as site:
        for number in range(given.runs):
            is_whole(site)
            time.sleep(1)
            runs.append(one(site))
            print(f"run {number + 1}: {runs[-1]}", flush=True)
    found = summed(runs)
    print(json.dumps(found, indent=2))
    if given.out:
        given.out.write_text(json.dumps(found, indent=2) + "\n")
    return 1 if found["lost"] else 0


def summed(runs: list[Pause]) -> dict[str, Any]:
    """All runs in one."""
    at_rest = [run.at_rest for run in runs if run.at_rest is not None]
    return {
        "seconds_without_a_write": _spread([run.seconds for run in runs]),
        **({"at_rest": _spread(at_rest)} if at_rest else {}),
        "stolen_percent": [run.stolen for run in runs],
        "acknowledged": sum(run.acknowledged for run in runs),
        "lost": sum(run.lost for run in runs),
        "failed": sum(run.failed for run in runs),
    }


def _spread(seconds: list[float]) -> dict[str, Any]:
    return {"median": round(median(seconds), 3), "min": min(seconds), "max": max(seconds), "runs": seconds}
