"""A switchover, again and again, under 50 writes a second: how long do writes stand still, and does one fail?

For as long as it takes nothing happens first: what is the longest time without a write then?
"""

import sys
import time

from benchmarks.soak.pause import Pause, arguments, measure, written_to
from mainstay.operations.database.keepers import command
from mainstay.operations.site import Site

SECONDS = 6.0
"""It is prepared for three to five."""


def one(site: Site) -> Pause:
    with written_to(site) as noticed:
        time.sleep(SECONDS)
        since = time.monotonic()
        command(site, "switchover")
        time.sleep(SECONDS)
    return noticed(since)


if __name__ == "__main__":
    sys.exit(measure(arguments(__doc__ or "", "switchover", 48186), one))
