"""`alert test`: one message to everybody whom the file names, on the way that a real one takes."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mainstay.compiler.compile import compile_plan
from mainstay.operations.alerting.asking import Alertmanager, of_any
from mainstay.operations.alerting.firing import TRIAL
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE
from mainstay.spec.sections.monitoring import Monitoring

INTEGRATIONS = {
    "mail": "email",
    "slack": "slack",
    "webhook": "webhook",
    "pagerduty": "pagerduty",
    "telegram": "telegram",
}
"""What the file calls them, and what Alertmanager does."""

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.5
LASTS = timedelta(seconds=20)
"""Then it is over, and that is told, too."""

COUNTED = re.compile(
    r"^alertmanager_notification_requests(?P<failed>_failed)?_total\{(?P<labels>[^}]*)\} (?P<count>[0-9.e+]+)$",
    re.MULTILINE,
)
LABEL = re.compile(r'(\w+)="([^"]*)"')
RECEIVER = "everybody"


@dataclass(frozen=True)
class Sent:
    """What became of the message by one way: `ways` of the file, and whether it was taken; None: not tried yet."""

    way: str
    is_taken: bool | None


def send_trial(
    site: Site,
    seconds: float = PATIENCE_SECONDS,
    now: Callable[[], float] = time.monotonic,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Sent, ...]:
    """Send it, and wait until every way has taken or refused it once, but no longer than so many seconds.

    Raises:
        OperationError: nobody is named who could be told, or no Alertmanager answers.
    """
    ways = _ways(site)
    running = site.switched_on([machine.name for machine in site.running("monitoring")])
    alertmanager = of_any(site, compile_plan(site.spec, ANY_RELEASE).exposures, running, _reached)
    before = _counts(alertmanager)
    alertmanager.ask("/api/v2/alerts", _trial(site.spec.name, clock()))
    end = now() + seconds
    while True:
        sent = tuple(Sent(way, _taken(before, _counts(alertmanager), INTEGRATIONS[way])) for way in ways)
        if all(one.is_taken is not None for one in sent) or now() > end:
            return sent
        time.sleep(POLL_SECONDS)


def _reached(alertmanager: Alertmanager) -> Alertmanager:
    alertmanager.ask("/-/ready")
    return alertmanager


def _ways(site: Site) -> tuple[str, ...]:
    monitoring = site.spec.monitoring
    if monitoring is None:
        raise OperationError("Monitoring is off.", "Delete `monitoring: off`, and run `mainstay up`.")
    ways = tuple(way for way in INTEGRATIONS if _is_named(monitoring, way))
    if not ways:
        fix = f"Name one below `monitoring:`: {', '.join(INTEGRATIONS)}. `mainstay docs monitoring` explains them."
        raise OperationError("Nobody is named who could be told.", fix)
    return ways


def _is_named(monitoring: Monitoring, way: str) -> bool:
    return getattr(monitoring, way) is not None


def _trial(site: str, now: datetime) -> list[dict[str, object]]:
    """Each has a number of its own, so that it is news."""
    labels = {"alertname": TRIAL, "severity": "critical", "number": now.strftime("%Y%m%dT%H%M%S%f")}
    notes = {
        "summary": f"A message to try out the alerts of {site}.",
        "description": "Somebody ran `mainstay alert test`. Nothing is wrong.",
        "runbook": "docs/runbooks/README.md",
    }
    times = {"startsAt": now.isoformat(), "endsAt": (now + LASTS).isoformat()}
    return [{"labels": labels, "annotations": notes, **times}]


def _counts(alertmanager: Alertmanager) -> dict[tuple[str, bool], float]:
    """How many requests each integration of the receivers has made, and (True) how many of them failed."""
    counts: dict[tuple[str, bool], float] = {}
    for found in COUNTED.finditer(alertmanager.ask("/metrics")):
        labels = dict(LABEL.findall(found["labels"]))
        if labels.get("receiver_name", RECEIVER).startswith(RECEIVER):
            counts[labels["integration"], bool(found["failed"])] = float(found["count"])
    return counts


def _taken(
    before: dict[tuple[str, bool], float], after: dict[tuple[str, bool], float], integration: str
) -> bool | None:
    """Whether one more request went well; None while there was none at all."""
    made, failed = (after.get((integration, f), 0) - before.get((integration, f), 0) for f in (False, True))
    if not made:
        return None
    return made > failed
