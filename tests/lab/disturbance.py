"""Whether this computer is there while tests run: its own host, where it has one, may give its time to others."""

import itertools
import threading
import time
from dataclasses import dataclass, field

from mainstay.drills.stolen import Spent, spent

SAMPLE_SECONDS, WINDOW = 1.0, 5
MOST_PERCENT = 25.0
"""Of five seconds: then machines stand still together for a second and more, and no bound on a time holds."""

NOTICED_PERCENT = 10.0
"""Of five seconds: so much lengthens what was to take a tenth of a second. Drills have the same bound."""


@dataclass
class Disturbance:
    """Looks once a second, for as long as the tests run; `patience` is how many seconds they may wait in all."""

    looks: list[tuple[float, Spent]] = field(default_factory=list)
    patience: float = 600.0
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

    def wait_for_calm(self) -> None:
        """Until the last five seconds were calm, or patience is at an end. No test is spared."""
        while self.patience > 0 and self.worst_since(time.monotonic() - SAMPLE_SECONDS) > MOST_PERCENT:
            time.sleep(SAMPLE_SECONDS)
            self.patience -= SAMPLE_SECONDS


DISTURBANCE = Disturbance()
