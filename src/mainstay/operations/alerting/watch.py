"""Watches, during a drill, what people would be told of it."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from mainstay.compiler.compile import compile_plan
from mainstay.drills.told import Expected, Told
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

    def until_told(self, expected: Expected) -> Told | None:
        """The first of the alerts that begins to fire since then; None: none."""
        end = self.now() + LONGEST_SECONDS
        while self.now() < end:
            seen = self.see()
            for alert in seen:
                if expected.is_it(alert.name, alert.machine) and (at := began(alert)) >= expected.since:
                    seconds = round(at - expected.since, 1)
                    return Told(alert.name, alert.severity, seconds, others=_unexplained(seen, expected))
            self.sleep(POLL_SECONDS)
        return None

    def until_over(self, told: Told, expected: Expected) -> Told:
        """The same, with all else that came until nobody was told of it any longer, or it had lasted too long."""
        end, others = self.now() + OVER_SECONDS, {*told.others}
        while self.now() < end:
            seen = self.see()
            others.update(_unexplained(seen, expected))
            if told.alert not in {alert.name for alert in seen}:
                return replace(told, is_over=True, others=tuple(sorted(others)))
            self.sleep(POLL_SECONDS)
        return replace(told, others=tuple(sorted(others)))


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


def _unexplained(seen: Collection[Firing], expected: Expected) -> tuple[str, ...]:
    """What else people are told that began since then, each with its machine."""
    news = (a for a in seen if began(a) >= expected.since and not expected.is_explained(a.name, a.machine, a.severity))
    return tuple(sorted(f"{alert.name} {alert.machine}".strip() for alert in news))
