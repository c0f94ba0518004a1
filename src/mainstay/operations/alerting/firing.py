"""The alerts that are firing, as an Alertmanager tells them."""

import json
from dataclasses import asdict, dataclass

from mainstay.operations.alerting.asking import Alertmanager

ACTIVE = "/api/v2/alerts?active=true&silenced=false&inhibited=false"
ALWAYS, TRIAL = "Watchdog", "MainstayTest"
"""What fires all the time, so that its absence is noticed; and what `mainstay alert test` sends."""

RANKS = ("critical", "warning", "info")


@dataclass(frozen=True)
class Firing:
    """One alert; `machine` is "" where it concerns the whole site, `since` a time as ISO 8601 has it."""

    name: str
    severity: str
    machine: str
    since: str
    summary: str
    runbook: str

    def to_json(self) -> dict[str, str]:
        """The stable form, in `status`."""
        return asdict(self)


def firing(alertmanager: Alertmanager) -> tuple[Firing, ...]:
    """What is wrong now, the worst first.

    Raises:
        GroundError: it does not answer.
    """
    found = [_read(alert) for alert in json.loads(alertmanager.ask(ACTIVE))]
    ranked = sorted(found, key=lambda alert: (RANKS.index(alert.severity), alert.since, alert.name, alert.machine))
    return tuple(alert for alert in ranked if alert.name != ALWAYS)


def _read(alert: dict[str, dict[str, str]]) -> Firing:
    labels, notes = alert["labels"], alert["annotations"]
    severity = labels.get("severity", "")
    return Firing(
        name=labels["alertname"],
        severity=severity if severity in RANKS else RANKS[-1],
        machine=labels.get("machine", ""),
        since=str(alert["startsAt"]),
        summary=notes.get("summary", ""),
        runbook=notes.get("runbook", ""),
    )
