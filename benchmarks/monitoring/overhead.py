"""What monitoring costs the site: the processor time it takes, of all that the machines use which serve.

One site with `monitoring: on`. Monitoring does the same whether or not anybody comes, so it is measured in two parts:

- Its own services on those machines (exporters, and what carries the logs), by their control groups, while visitors
  come as fast as the computer answers them.
- What it costs those that are asked: while nobody comes, all else that the machines use, with all of monitoring running
  and stopped, in turn and in an order of chance. Both are of the same minute and the same machines: two labs differ by
  more than what is to be seen here.

Together, of what the machines use while visitors come, they are the part of the requests for each second of processor
time that monitoring takes away. The machine that monitors does not count: it is not the site.
"""

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.edge.cost import OPEN, VISITORS, requests_of, serving
from benchmarks.monitoring.site import a_monitored_site
from benchmarks.provision.figures import cpu_of, machines_cpu
from mainstay.drills.stolen import spent
from mainstay.operations.site import Site

UNITS = ("prometheus*", "mainstay-journal-upload*")
"""On any machine: what asks, what is asked, and what carries the logs."""

SETTLE = ("sleep", "2")
BOUND_PERCENT = 5.0

Units = Mapping[str, list[str]]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how often each")
    parser.add_argument("--seconds", type=int, default=10, help="how long each kind of visitor comes")
    parser.add_argument("--rest", type=int, default=20, help="seconds in which nobody comes")
    parser.add_argument("--path", default="/", help="what is asked for")
    parser.add_argument("--name", default="overhead", help="of the lab")
    parser.add_argument("--port", type=int, default=48185, help="of the lab's door on this computer")
    parser.add_argument("--seed", type=int, default=1, help="of the order")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


def units_of(site: Site) -> Units:
    """What runs of it, by machine."""
    reach = site.ground.reach()
    listed = ("systemctl", "list-units", "--plain", "--no-legend", "--state=active", "--type=service", *UNITS)
    told = reach.on_each([machine.name for machine in site.machines], lambda name: reach.run_or_fail(name, listed))
    return {name: [line.split()[0] for line in said.splitlines()] for name, said in told.items()}


def turn(site: Site, units: Units, word: str) -> None:
    """Stop or start all of it, and wait a little."""
    reach = site.ground.reach()
    reach.on_each([*units], lambda machine: reach.run_or_fail(machine, ("systemctl", word, *units[machine])))
    reach.run_or_fail(next(iter(units)), SETTLE)


def own(site: Site, units: Units) -> float:
    """Seconds of processor time that monitoring's own services have used where they serve, since they were started."""
    monitors = {m.name for m in site.running("monitoring")}
    groups = [
        f"mainstay-{site.spec.name}-{machine}/payload/system.slice/{unit}"
        for machine in units.keys() - monitors
        for unit in units[machine]
    ]
    return sum(cpu_of(group) for group in groups)


def share(site: Site, units: Units, url: str, words: tuple[str, ...], seconds: int) -> tuple[float, float]:
    """Under visitors: seconds of processor time that monitoring's own services use in a second, and all together."""
    mine, all_, begun = own(site, units), machines_cpu(serving(site)), time.monotonic()
    assert mine, "no control group is where it was looked for"
    requests_of(site, url, words, seconds)
    lasted = time.monotonic() - begun
    return (own(site, units) - mine) / lasted, (machines_cpu(serving(site)) - all_) / lasted


def others_at_rest(site: Site, units: Units, seconds: int) -> float:
    """Seconds of processor time in a second that all but monitoring's own services use while nobody comes."""
    mine, all_ = own(site, units), machines_cpu(serving(site))
    time.sleep(seconds)
    return (machines_cpu(serving(site)) - all_ - own(site, units) + mine) / seconds


def measured(given: argparse.Namespace) -> dict[str, list[float]]:
    """Each figure in seconds of processor time a second, by what it is of; one for each run."""
    chance = random.Random(given.seed)
    found: dict[str, list[float]] = {name: [] for name in ("rest with", "rest without")}
    found |= {f"{what}: {kind}": [] for kind in VISITORS for what in ("own", "all")}
    with a_monitored_site(given.name, given.port, changes=OPEN) as site:
        url, units = f"http://{site.entrances[0]}{given.path}", units_of(site)
        requests_of(site, url, (), given.seconds)
        for _ in range(given.runs):
            for how in chance.sample(("with", "without"), 2):
                turn(site, units, "start" if how == "with" else "stop")
                found[f"rest {how}"].append(others_at_rest(site, units, given.rest))
            turn(site, units, "start")
            for kind, words in VISITORS.items():
                mine, all_ = share(site, units, url, words, given.seconds)
                found[f"own: {kind}"].append(mine)
                found[f"all: {kind}"].append(all_)
    return {name: [round(value, 4) for value in values] for name, values in found.items()}


def main(given: argparse.Namespace) -> int:
    if shutil.which("wrk") is None:
        print("wrk not found: see benchmarks/monitoring/README.md", file=sys.stderr)
        return 2
    before = spent()
    found = measured(given)
    asking = sorted(on - off for on, off in zip(found["rest with"], found["rest without"], strict=True))
    print(f"asked: {median(asking):.3f} s in a second, {asking[0]:.3f} to {asking[-1]:.3f}")
    costs = []
    for kind in VISITORS:
        mine, all_ = median(found[f"own: {kind}"]), median(found[f"all: {kind}"])
        costs.append(100 * (mine + max(median(asking), 0)) / all_)
        print(f"{kind}: own {mine:.3f} of {all_:.2f} s in a second; with what is asked {costs[-1]:.1f} %")
    result = {**found, "percent": [round(cost, 2) for cost in costs]}
    text = json.dumps({**result, "percent_stolen": round(spent().percent_stolen_since(before), 1)}, indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    return 0 if max(costs) <= BOUND_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main(arguments()))
