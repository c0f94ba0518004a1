"""Watches, during a drill, what people would be told of it."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from mainstay.compiler.compile import compile_plan
from mainstay.drills.told import Told
from mainstay.operations.alerting.asking import of_any
from mainstay.operations.alerting.firing import Firing, firing
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE

POLL_SECONDS = 1.0
LONGEST_SECONDS = 100.0
"""Beyond the longest limit for an alert."""

OVER_SECONDS = 150.0


@dataclass(frozen=True)
class Watch:
    """For one site; `see` gives what is firing now."""

    see: Callable[[], tuple[Firing, ...]]
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def until_told(self, names: Collection[str], since: float) -> Told | None:
        """The first alert of these names that begins to fire after a moment (seconds since the epoch); None: none."""
        end = self.now() + LONGEST_SECONDS
        while self.now() < end:
            seen = self.see()
            for alert in seen:
                if alert.name in names and (at := began(alert)) >= since:
                    return Told(alert.name, alert.severity, round(at - since, 1), others=_others(seen, alert, since))
            self.sleep(POLL_SECONDS)
        return None

    def until_over(self, told: Told) -> bool:
        """Whether nobody is told of it any longer, after a while."""
        end = self.now() + OVER_SECONDS
        while self.now() < end:
            if told.alert not in {alert.name for alert in self.see()}:
                return True
            self.sleep(POLL_SECONDS)
        return False


def watch(site: Site) -> Watch:
    """Of the Alertmanagers that can be asked; while none can, nothing is seen.

    Raises:
        OperationError: monitoring is off.
    """
    if site.spec.monitoring is None:
        raise OperationError(
            "Monitoring is off: nobody would be told.", "Delete `monitoring: off`, and run `mainstay up`."
        )
    exposures = compile_plan(site.spec, ANY_RELEASE).exposures

    def see() -> tuple[Firing, ...]:
        running = [name for name, is_on in site.ground.members().items() if is_on]
        with suppress(OperationError):
            return of_any(site, exposures, running, firing)
        return ()

    return Watch(see)


def began(alert: Firing) -> float:
    """When it began to fire, in seconds since the epoch."""
    return datetime.fromisoformat(alert.since).timestamp()


def _others(seen: Collection[Firing], alert: Firing, since: float) -> tuple[str, ...]:
    """What else people are told by then, each with its machine."""
    others = (other for other in seen if other != alert and began(other) >= since)
    return tuple(sorted(f"{other.name} {other.machine}".strip() for other in others))
