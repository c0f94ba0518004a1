"""A drill, run as a user would."""

import json
import re
from typing import Any

from tests.lab.disturbance import DISTURBANCE, NOTICED_PERCENT
from tests.lab.site import LabSite
from tests.lab.waiting import PATIENCE

RUN_SECONDS = 180.0
TRIES = 5
LATE = re.compile(r"([\d.]+) s without a good answer \(\w+\), where ([\d.]+) s is the limit")
DOUBTS = (
    "this computer was so busy that visitors came",
    "nobody was answered before anything was hurt",
    "its own host gave",
)
"""By which a drill says itself that it may have measured this computer."""


def drilled(site: LabSite, name: str) -> tuple[int, dict[str, Any]]:
    """Run a drill; give its exit status and what it told.

    It measures time, which nothing can on a computer too busy to send visitors, or to answer them before anything is
    hurt, or on one that is given to others: a drill that did not hold and says so is run again, five times in all. So
    is one that did not hold for a gap alone which is within our patience.
    """
    for _ in range(TRIES):
        DISTURBANCE.wait_for_calm()
        done = site.tries("drill", "run", name, "-o", "json", seconds=RUN_SECONDS)
        assert done.output, done
        (told,) = json.loads(done.output)
        assert told["drill"] == name
        assert all((run["lost"], run["unexpected"]) == (0, 0) for run in told["runs"]), told
        was_away = all(run["stolen_percent"] > NOTICED_PERCENT for run in told["runs"])
        is_doubtful = any(words in told["why"] for words in DOUBTS) or is_hardly_late(told["why"])
        if told["held"] or not (was_away or is_doubtful):
            break
    return done.status, told


def is_borne(status: int, told: dict[str, Any]) -> bool:
    """Whether the drill held, or was hardly late in every try: as patient as all that is waited for here."""
    return (status, told["held"], told["why"]) == (0, True, "") or is_hardly_late(told["why"])


def is_hardly_late(why: str) -> bool:
    """Whether a gap was too long, by less than the tests have patience, and nothing else was wrong with the site."""
    first, *others = why.split("; ")
    late = LATE.fullmatch(first)
    is_all = all(any(words in other for words in DOUBTS) for other in others)
    return late is not None and is_all and float(late[1]) <= PATIENCE * float(late[2])
