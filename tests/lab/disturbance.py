"""Whether this computer was there while a test ran: its own host, where it has one, may give its time to others."""

import itertools
import threading
import time
from dataclasses import dataclass, field

from mainstay.drills.stolen import Spent, spent

SAMPLE_SECONDS, WINDOW = 1.0, 5
MOST_PERCENT = 25.0
"""Of five seconds. Machines that all stand still keep no bound; and nothing that a test does can be the cause."""


@dataclass
class Disturbance:
    """Looks once a second, for as long as the tests run."""

    looks: list[tuple[float, Spent]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until it is over."""
        while not self.is_over.wait(SAMPLE_SECONDS):
            self.looks.append((time.monotonic(), spent()))

    def worst_since(self, moment: float) -> float:
        """Of any five seconds that ended after the moment, the highest percentage that was taken away."""
        recent = [look for at, look in self.looks if at > moment - WINDOW * SAMPLE_SECONDS]
        windows = zip(recent, itertools.islice(recent, WINDOW, None), strict=False)
        return max((later.percent_stolen_since(earlier) for earlier, later in windows), default=0.0)
