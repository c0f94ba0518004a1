"""What visitors notice while the site gets another authority, and new passwords.

Each request comes by TLS, on a connection of its own, and believes whom the site's file of the authority names then.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.place import CHECKOUT, a_site
from mainstay.drills.stolen import spent
from mainstay.drills.verdict import percentile
from mainstay.operations.site import Site
from tests.lab.load import Load, visit

ON = {"https: off": "https: on", "firewall: off": "firewall: on"}
ROTATIONS = ("authority", "passwords")
"""The first is named to `secret rotate`; without a name it is of all passwords."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100.0, help="requests per second")
    parser.add_argument("--name", default="rotate", help="of the lab")
    parser.add_argument("--port", type=int, default=48186, help="of the lab's door on this computer")
    return parser.parse_args()


def rotated(site: Site, port: int, rate: float, what: str) -> dict[str, Any]:
    """How long it took, in seconds, and what became of the requests meanwhile."""
    words = ("secret", "rotate", *((what,) if what == "authority" else ()), "-q")
    before, begun = spent(), time.monotonic()
    with Load(lambda: visit(port, "/", seconds=5, trusts=trusted(site)), rate) as load:
        subprocess.run((CHECKOUT / ".venv/bin/mainstay", *words), cwd=site.project, check=True)
        seconds = time.monotonic() - begun
    took = [each.ended - each.begun for each in load.visits]
    return {
        "seconds": round(seconds, 1),
        "requests": len(load.visits),
        "failed": len(load.failures()),
        "p99": round(percentile(took, 99), 3),
        "slowest": round(max(took), 2),
        "percent_stolen": round(spent().percent_stolen_since(before), 1),
    }


def trusted(site: Site) -> Path:
    """The authority's file, which changes meanwhile."""
    assert site.authority_file
    return site.authority_file


def main(given: argparse.Namespace) -> int:
    with a_site(given.name, given.port, ON) as site:
        found = {what: rotated(site, given.port, given.rate, what) for what in ROTATIONS}
    print(json.dumps(found, indent=2))
    return 1 if any(one["failed"] for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
