"""What one keeper asks another directly, where the store would be too slow."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from mainstay_keeper.actions import AwaitApplied
from mainstay_keeper.nouns import Observation
from mainstay_keeper.sql import Line

EXECUTED = "SELECT @@GLOBAL.gtid_executed AS executed"
ANSWER_SECONDS = 1.0


@dataclass(frozen=True)
class Peers:
    """addresses: every member's, by its name; port: of their interface over HTTP."""

    addresses: Mapping[str, str]
    port: int

    def await_applied(self, action: AwaitApplied, seen: Observation) -> bool:
        """Whether the member has, in time, executed all that is executed here by now."""
        line = Line(ANSWER_SECONDS)
        try:
            executed = str(line.ask(EXECUTED)[0]["executed"]).replace("\n", "")
        finally:
            line.hang_up()
        end = time.monotonic() + min(action.seconds, seen.deadline - seen.now)
        question = "/applied?" + urlencode({"gtid": executed})
        while time.monotonic() < end:
            if self._says_yes(action.name, question):
                return True
            time.sleep(0.01)
        return False

    def _says_yes(self, name: str, question: str) -> bool:
        line = http.client.HTTPConnection(self.addresses[name], self.port, timeout=ANSWER_SECONDS)
        try:
            line.request("GET", question)
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
