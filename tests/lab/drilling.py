"""A drill, run as a user would."""

import json
from typing import Any

from tests.lab.site import LabSite

RUN_SECONDS = 180.0
TRIES = 3
SAYS_BUSY = "this computer was so busy that visitors came"


def drilled(site: LabSite, name: str) -> tuple[int, dict[str, Any]]:
    """Run a drill; give its exit status and what it told.

    It measures time, which nothing can on a computer too busy to send visitors: where the drill says so, it is run
    again, three times in all, and then has failed.
    """
    for _ in range(TRIES):
        done = site.tries("drill", "run", name, "-o", "json", seconds=RUN_SECONDS)
        assert done.output, done
        (told,) = json.loads(done.output)
        assert told["drill"] == name
        assert all((run["lost"], run["unexpected"]) == (0, 0) for run in told["runs"]), told
        if SAYS_BUSY not in told["why"]:
            break
    return done.status, told
