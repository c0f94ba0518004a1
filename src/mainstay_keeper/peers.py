"""What one keeper asks another directly, where the store would be too slow, or does not answer."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

from mainstay_keeper import clock
from mainstay_keeper.actions import AwaitApplied
from mainstay_keeper.failsafe import Question
from mainstay_keeper.nouns import Observation
from mainstay_keeper.policy import QUESTION
from mainstay_keeper.sql import Connect, Line, Speaks

WAITERS = "SHOW GLOBAL STATUS LIKE 'Rpl\\_semi\\_sync\\_source\\_wait\\_sessions'"
EXECUTED = "SELECT @@GLOBAL.gtid_executed AS executed"
ANSWER_SECONDS = 1.0


@dataclass(frozen=True)
class Peers:
    """addresses: every member's, by its name; port: for keepers alone; context: how they know each other.

    The cycle alone meets and awaits; the other questions may be put from any thread.
    """

    addresses: Mapping[str, str]
    port: int
    context: ssl.SSLContext | None
    connect: Connect = Line
    _met: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def meet(self, name: str) -> None:
        """Have a connection to a member, on which it has just answered; or none."""
        line = self._line(name, ANSWER_SECONDS)
        if _answer(line, "GET", "/clock"):
            self._met[name] = line

    def await_applied(self, action: AwaitApplied, seen: Observation) -> bool:
        """Whether, in time, no COMMIT waits here any more, and the member has executed all that is executed here."""
        end = clock.now() + min(action.seconds, seen.deadline - clock.now())
        mine = self.connect(ANSWER_SECONDS)
        theirs = self._met.pop(action.name, None) or self._line(action.name, ANSWER_SECONDS)
        try:
            while clock.now() < end:
                executed = _all_executed(mine)
                if executed is not None and _answer(theirs, "GET", "/applied?" + urlencode({"gtid": executed})):
                    return True
                time.sleep(0.01)
        finally:
            mine.hang_up()
            theirs.close()
        return False

    def time_at(self, name: str) -> float | None:
        """What a member's clock says; None without an answer."""
        said = self._ask(name, "GET", "/clock")
        return float(said["now"]) if said else None

    def agrees(self, name: str, question: Question) -> bool:
        """Whether a member lets the leader go on without the store."""
        return self._ask(name, "POST", "/failsafe", json.dumps(asdict(question))) is not None

    def _ask(self, name: str, method: str, path: str, body: str = "") -> Mapping[str, Any] | None:
        line = self._line(name, QUESTION)
        try:
            return _answer(line, method, path, body)
        finally:
            line.close()

    def _line(self, name: str, seconds: float) -> http.client.HTTPConnection:
        address = self.addresses[name]
        if self.context is None:
            return http.client.HTTPConnection(address, self.port, timeout=seconds)
        return http.client.HTTPSConnection(address, self.port, timeout=seconds, context=self.context)


def _all_executed(line: Speaks) -> str | None:
    """What is executed here, once no COMMIT waits: one that does is in the binlog, and in no set that MySQL shows."""
    if any(int(row["Value"]) for row in line.ask(WAITERS)):
        return None
    return str(line.ask(EXECUTED)[0]["executed"]).replace("\n", "")


def _answer(line: http.client.HTTPConnection, method: str, path: str, body: str = "") -> Mapping[str, Any] | None:
    """The JSON object with which a yes comes; None for a no, or none at all."""
    try:
        line.request(method, path, body)
        answer = line.getresponse()
        said: Mapping[str, Any] = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        line.close()
        return None
    return said if answer.status == http.client.OK else None
