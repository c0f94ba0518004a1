"""The primary's machine is lost, and with it the voters' leader: how long until writes go on?

Voters like to be led from where no database is, so the lead is first brought to the primary's machine, each time anew.
"""

import sys
import time

from benchmarks.soak.diverged import wait
from benchmarks.soak.pause import AGAIN_SECONDS, Pause, arguments, measure, written_to
from mainstay.operations.site import Site
from mainstay.operations.status import status
from tests.lab.lead import LED_FROM, TAKES_THE_LEAD

OFF_SECONDS = 14.0
LED_SECONDS = 25.0


def lead_from(site: Site, machine: str) -> None:
    """Afterwards the voters are led from this machine, and for half a minute, if it stays on."""
    reach = site.ground.reach()
    take = ("systemd-run", "--quiet", "--collect", "python3", "-c", TAKES_THE_LEAD)
    reach.run_or_fail(machine, take)
    asked = ("python3", "-c", LED_FROM)
    wait(f"{machine} leads the voters", lambda: reach.run(machine, asked).output.strip() == machine, LED_SECONDS)


def one(site: Site) -> Pause:
    primary = str(status(site).primary)
    with written_to(site) as noticed:
        lead_from(site, primary)
        site.ground.power_off(primary)
        time.sleep(OFF_SECONDS)
    site.ground.power_on(primary)
    wait("All is healthy again", lambda: status(site).is_healthy, AGAIN_SECONDS)
    return noticed(None)


if __name__ == "__main__":
    sys.exit(measure(arguments(__doc__ or "", "leader", 48185), one))
