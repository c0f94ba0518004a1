"""What TLS costs: requests that the site answers for each second of processor time that it uses.

The same site with it off and on, asked by wrk from the lab's network as fast as eight visitors come; each with a
connection of its own for every request, and each with one that it keeps. What the machines that monitor use does not
count: they are not the site.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks.place import a_site
from benchmarks.provision.figures import machines_cpu
from mainstay.drills.stolen import spent
from mainstay.grounds.lab import network
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.site import Site

OPEN = {"  takeover: fast ": "  requests_per_address: 100000\n  takeover: fast "}
BY_TLS = {"https: off": "https: on"}
VISITORS = {"a connection for each request": ("-H", "Connection: close"), "a connection that is kept": ()}
ANSWERED = re.compile(r"(\d+) requests in ")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each")
    parser.add_argument("--seconds", type=int, default=6, help="how long each")
    parser.add_argument("--path", default="/", help="what is asked for")
    parser.add_argument("--name", default="cost", help="of the lab")
    parser.add_argument("--port", type=int, default=48184, help="of the lab's door on this computer")
    return parser.parse_args()


def serving(site: Site) -> list[str]:
    """The control groups of the machines that are the site."""
    names = (machine.name for machine in site.machines if "monitoring" not in machine.roles)
    return [f"mainstay-{site.spec.name}-{name}" for name in names]


def requests_of(site: Site, url: str, words: tuple[str, ...], seconds: int) -> int:
    """Eight visitors come as fast as they are answered; gives how many requests were."""
    assert isinstance(site.ground, Lab)
    inside = ("nsenter", f"--net={network.path(site.ground.places.namespace)}")
    wrk = ("wrk", "-t1", "-c8", f"-d{seconds}s", "-H", f"Host: {site.spec.domain}", *words, url)
    said = subprocess.run((*inside, *wrk), check=True, capture_output=True, text=True).stdout
    found = ANSWERED.search(said)
    assert found, said
    assert "Non-2xx" not in said, said
    return int(found[1])


def asked(site: Site, url: str, words: tuple[str, ...], seconds: int) -> float:
    """Requests answered for each second of the machines' processor time."""
    before = machines_cpu(serving(site))
    requests = requests_of(site, url, words, seconds)
    return requests / (machines_cpu(serving(site)) - before)


def measured(given: argparse.Namespace, changes: dict[str, str]) -> dict[str, list[float]]:
    """By kind of visitor, one figure for each run; the first of all, which finds everything cold, is left out."""
    with a_site(given.name, given.port, {**OPEN, **changes}) as site:
        url = f"{'https' if site.spec.https else 'http'}://{site.entrances[0]}{given.path}"
        asked(site, url, (), given.seconds)
        runs = [
            {kind: asked(site, url, words, given.seconds) for kind, words in VISITORS.items()}
            for _ in range(given.runs)
        ]
    return {kind: [round(run[kind], 1) for run in runs] for kind in VISITORS}


def main(given: argparse.Namespace) -> int:
    if shutil.which("wrk") is None:
        print("wrk not found: see benchmarks/edge/README.md", file=sys.stderr)
        return 2
    before = spent()
    found: dict[str, dict[str, Any]] = {"off": measured(given, {}), "on": measured(given, BY_TLS)}
    for kind in VISITORS:
        off, on = (median(found[switch][kind]) for switch in ("off", "on"))
        print(f"{kind}: {off:.0f} off, {on:.0f} on, {100 * (on / off - 1):+.0f} %")
    print(json.dumps({**found, "percent_stolen": round(spent().percent_stolen_since(before), 1)}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
