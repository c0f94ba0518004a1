"""A switchover, again and again, under 50 writes a second: how long do writes stand still, and does one fail?"""

import sys
import time

from benchmarks.soak.pause import Pause, arguments, measure, written_to
from mainstay.operations.database.keepers import command
from mainstay.operations.site import Site

BEFORE_SECONDS, AFTER_SECONDS = 1.0, 6.0
"""It is prepared for three to five seconds."""


def one(site: Site) -> Pause:
    with written_to(site) as noticed:
        time.sleep(BEFORE_SECONDS)
        command(site, "switchover")
        time.sleep(AFTER_SECONDS)
    return noticed()


if __name__ == "__main__":
    sys.exit(measure(arguments(__doc__ or "", "switchover", 48186), one))
