"""A quiet hour: visitors come, nothing is broken, nobody changes anything. Is anybody told of anything?

The blueprint `ha` as it is written, with two machines that monitor. Afterwards each Prometheus is asked for every alert
that fired meanwhile, whoever is told of it, and for those that were about to.
"""

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.monitoring.site import SECURED, TWO_MONITORS, a_monitored_site, asked
from mainstay.drills.attempt import OK, PROBE, READ, WRITE
from mainstay.drills.stolen import spent
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for
from mainstay.operations.site import Site

RATES = {PROBE: 10.0, READ: 3.0, WRITE: 3.0}
FRESH_SECONDS = 300.0
"""A site that was only just made says so for some time: every machine has been started."""

STATES = (
    "sum by (alertname, machine, name)"
    ' (count_over_time(ALERTS{{alertstate="{state}",alertname!="Watchdog"}}[{seconds}s]))'
)
LOOKS = 'count_over_time(ALERTS{{alertstate="firing",alertname="Watchdog"}}[{seconds}s])'


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--name", default="quiet-hour", help="of the lab")
    parser.add_argument("--port", type=int, default=48187, help="of the lab's door on this computer")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


def alerts(site: Site, machine: str, state: str, seconds: int) -> dict[str, int]:
    """How many evaluations (each fifth second) found an alert in this state, by its name and what it is about."""
    found = asked(site, machine, STATES.format(state=state, seconds=seconds))
    about = {" ".join(filter(None, map(one.get, ("alertname", "machine", "name")))): one["value"] for one in found}
    return {name: int(value) for name, value in about.items()}


def seen(site: Site, seconds: int) -> dict[str, Any]:
    """What each Prometheus has to say of the last so many seconds, and how often it looked."""
    return {
        m.name: {
            "evaluations": int(asked(site, m.name, LOOKS.format(seconds=seconds))[0]["value"]),
            "fired": alerts(site, m.name, "firing", seconds),
            "were about to": alerts(site, m.name, "pending", seconds),
        }
        for m in site.running("monitoring")
    }


def main(given: argparse.Namespace) -> int:
    with a_monitored_site(given.name, given.port, TWO_MONITORS, SECURED) as site:
        time.sleep(FRESH_SECONDS)
        load = load_for(site, drills_of(site)[0])
        load = replace(load, order=replace(load.order, rates=RATES))
        before, begun = spent(), time.monotonic()
        with load.running():
            time.sleep(60 * given.minutes)  # nothing else is done: that is what is measured
        seconds = round(time.monotonic() - begun)
        outcomes = Counter(attempt.outcome for attempt in load.attempts())
        told = seen(site, seconds)
    found = {
        "seconds": seconds,
        "percent_stolen": round(spent().percent_stolen_since(before), 1),
        "requests": outcomes,
        "monitors": told,
    }
    text = json.dumps(found, indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    return 1 if any(of["fired"] for of in told.values()) or set(outcomes) != {OK} else 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
