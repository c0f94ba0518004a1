"""What monitoring costs the site: requests answered for each second of processor time, with it and without, in turn.

One site with `monitoring: on`, asked by wrk as in `cost.py`. In each run it is asked twice, in an order of chance:
with monitoring as it is, and with all of it stopped meanwhile, on the machine that monitors and on those that serve.
Both are of the same minute and the same machines: two labs differ by more than what is to be seen here. What monitoring
does is the same whether or not anybody comes, so the processor time that is used while nobody does says more.
"""

import argparse
import json
import random
import shutil
import sys
import time
from statistics import median

from benchmarks.edge.cost import OPEN, VISITORS, asked, serving
from benchmarks.place import a_site
from benchmarks.provision.figures import machines_cpu
from mainstay.drills.stolen import spent
from mainstay.operations.site import Site

MONITORED = {
    "monitoring: off": "monitoring: on",
    "  srv-02: { runs": "  mon-01: { runs: [monitoring] }\n  srv-02: { runs",
}
UNITS = ("prometheus*", "mainstay-journal-upload*")
"""On any machine: what asks, what is asked, and what carries the logs."""

NOBODY = "nobody"
SETTLE = ("sleep", "2")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how often each")
    parser.add_argument("--seconds", type=int, default=6, help="how long each")
    parser.add_argument("--rest", type=int, default=20, help="seconds in which nobody comes")
    parser.add_argument("--path", default="/", help="what is asked for")
    parser.add_argument("--name", default="watched", help="of the lab")
    parser.add_argument("--port", type=int, default=48185, help="of the lab's door on this computer")
    parser.add_argument("--seed", type=int, default=1, help="of the order")
    return parser.parse_args()


def turn(site: Site, units: dict[str, list[str]], word: str) -> None:
    """Stop or start all of it, and wait a little."""
    reach = site.ground.reach()
    reach.on_each([*units], lambda machine: reach.run_or_fail(machine, ("systemctl", word, *units[machine])))
    reach.run_or_fail(next(iter(units)), SETTLE)


def at_rest(site: Site, seconds: int) -> float:
    """Seconds of processor time that the machines which serve use in a second while nobody comes."""
    before = machines_cpu(serving(site))
    time.sleep(seconds)
    return (machines_cpu(serving(site)) - before) / seconds


def units_of(site: Site) -> dict[str, list[str]]:
    """What runs of it, by machine."""
    reach = site.ground.reach()
    listed = ("systemctl", "list-units", "--plain", "--no-legend", "--state=active", "--type=service", *UNITS)
    told = reach.on_each([machine.name for machine in site.machines], lambda name: reach.run_or_fail(name, listed))
    return {name: [line.split()[0] for line in said.splitlines()] for name, said in told.items()}


def measured(given: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    """By kind of visitor, with and without: one figure for each run."""
    chance = random.Random(given.seed)
    found: dict[str, dict[str, list[float]]] = {kind: {"with": [], "without": []} for kind in (*VISITORS, NOBODY)}
    with a_site(given.name, given.port, {**OPEN, **MONITORED}) as site:
        url, units = f"http://{site.entrances[0]}{given.path}", units_of(site)
        asked(site, url, (), given.seconds)
        for _ in range(given.runs):
            for how in chance.sample(("with", "without"), 2):
                turn(site, units, "start" if how == "with" else "stop")
                found[NOBODY][how].append(round(at_rest(site, given.rest), 4))
                for kind, words in VISITORS.items():
                    found[kind][how].append(round(asked(site, url, words, given.seconds), 1))
        turn(site, units, "start")
    return found


def main(given: argparse.Namespace) -> int:
    if shutil.which("wrk") is None:
        print("wrk not found: see benchmarks/edge/README.md", file=sys.stderr)
        return 2
    before = spent()
    found = measured(given)
    for kind, figures in ((kind, found[kind]) for kind in VISITORS):
        pairs = zip(figures["with"], figures["without"], strict=True)
        costs = sorted(100 * (1 - on / off) for on, off in pairs)
        middle, least, most = median(costs), costs[0], costs[-1]
        print(f"{kind}: costs {middle:.1f} % in the median of {len(costs)} pairs ({least:.1f} to {most:.1f})")
        print(f"  {median(figures['with']):.0f} with, {median(figures['without']):.0f} without")
    used = sorted(on - off for on, off in zip(*(found[NOBODY][how] for how in ("with", "without")), strict=True))
    print(
        f"{NOBODY}: {median(used):.3f} s of processor time a second, {used[0]:.3f} to {used[-1]:.3f}, on all that serve"
    )
    print(json.dumps({**found, "percent_stolen": round(spent().percent_stolen_since(before), 1)}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
