"""What HAProxy and keepalived wrote in their journals during a run: who noticed what, and when."""

import json
import re
from collections.abc import Iterable, Sequence

from mainstay.drills.verdict import Event
from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import Reach

UNITS = ("haproxy.service", "keepalived.service")
STATE = re.compile(r"Server (?P<server>\S+) is (?P<state>DOWN|UP)\b|Entering (?P<entered>MASTER|BACKUP|FAULT) STATE")
DETECTIONS = frozenset({"DOWN", "MASTER", "FAULT"})
FOR_THE_CONSOLE = "["
"""With a level before it, HAProxy says everything a second time: `[WARNING]  (1057) : Server app/srv-02 is DOWN`."""

SECONDS = 20.0


def tell(reach: Reach, machines: Sequence[str], since: float, wall_minus_monotonic: float) -> tuple[Event, ...]:
    """The changes of state that the journals of these machines hold since a moment (monotonic), in order.

    A machine that cannot be asked saw nothing. On servers the times are as good as their clocks agree.
    """
    argv = ("journalctl", "--quiet", "--output=json", f"--since=@{since + wall_minus_monotonic:.6f}")
    asked = (*argv, *(f"--unit={unit}" for unit in UNITS))

    def ask(machine: str) -> list[Event]:
        try:
            return list(events_in(machine, reach.run_or_fail(machine, asked, seconds=SECONDS), wall_minus_monotonic))
        except GroundError:
            return []

    told = reach.on_each(machines, ask)
    return tuple(sorted((event for events in told.values() for event in events), key=lambda event: event.at))


def events_in(machine: str, journal: str, wall_minus_monotonic: float) -> Iterable[Event]:
    """The changes of state in a journal: one JSON object a line, `__REALTIME_TIMESTAMP` in microseconds."""
    for line in journal.splitlines():
        entry = json.loads(line)
        message = str(entry.get("MESSAGE", ""))
        found = STATE.search(message)
        if found and not message.startswith(FOR_THE_CONSOLE):
            state = found["state"] or found["entered"]
            what = f"{machine}: {found['server']} is {state}" if found["server"] else f"{machine} is {state}"
            at = int(entry["__REALTIME_TIMESTAMP"]) / 1e6 - wall_minus_monotonic
            yield Event(at, what, state in DETECTIONS)
