"""The primary's machine is lost, and with it the voters' leader: how long until writes go on?

Voters like to be led from where no database is, so the lead is first brought to the primary's machine, each time anew.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from statistics import median

from benchmarks.place import a_site
from benchmarks.soak.diverged import sync, wait
from mainstay.drills.attempt import PROBE, READ, WRITE
from mainstay.drills.verdict import compare, gap
from mainstay.operations.database.keepers import command
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for
from mainstay.operations.site import Site
from mainstay.operations.status import status
from tests.lab.lead import LED_FROM, TAKES_THE_LEAD

RATES = {PROBE: 10.0, READ: 10.0, WRITE: 50.0}
OFF_SECONDS = 14.0
LED_SECONDS, AGAIN_SECONDS = 25.0, 120.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often")
    parser.add_argument("--name", default="leader", help="of the lab")
    parser.add_argument("--port", type=int, default=48185, help="of the lab's door on this computer")
    return parser.parse_args()


def lead_from(site: Site, machine: str) -> None:
    """Afterwards the voters are led from this machine, and for half a minute, if it stays on."""
    reach = site.ground.reach()
    take = ("systemd-run", "--quiet", "--collect", "python3", "-c", TAKES_THE_LEAD)
    reach.run_or_fail(machine, take)
    asked = ("python3", "-c", LED_FROM)
    wait(f"{machine} leads the voters", lambda: reach.run(machine, asked).output.strip() == machine, LED_SECONDS)


def one(site: Site) -> tuple[float, int, int]:
    """The seconds without a write; how many were acknowledged, and how many of these are lost."""
    wait(
        "All is healthy, and a replica could take over",
        lambda: status(site).is_healthy and bool(sync(site)),
        AGAIN_SECONDS,
    )
    command(site, "ack")
    primary = str(status(site).primary)
    load = load_for(site, drills_of(site)[0])
    load = replace(load, order=replace(load.order, rates=RATES))
    with load.running():
        lead_from(site, primary)
        site.ground.power_off(primary)
        time.sleep(OFF_SECONDS)
    attempts = [attempt for attempt in load.attempts() if attempt.kind == WRITE]
    site.ground.power_on(primary)
    wait("All is healthy again", lambda: status(site).is_healthy, AGAIN_SECONDS)
    writes = compare(load.ledger(), load.read_back())
    return gap(attempts, min(attempt.begun for attempt in attempts)), writes.acknowledged, len(writes.lost)


def main(given: argparse.Namespace) -> int:
    with a_site(given.name, given.port) as site:
        runs = []
        for number in range(given.runs):
            runs.append(one(site))
            print(f"run {number + 1}: {runs[-1]}", flush=True)
    gaps = [seconds for seconds, _, _ in runs]
    lost = sum(missing for _, _, missing in runs)
    found = {
        "seconds_without_a_write": {"median": median(gaps), "min": min(gaps), "max": max(gaps)},
        "acknowledged": sum(acknowledged for _, acknowledged, _ in runs),
        "lost": lost,
    }
    print(json.dumps(found, indent=2))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
