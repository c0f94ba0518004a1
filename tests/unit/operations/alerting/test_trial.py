"""One message to everybody, and what became of it."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.operations.alerting.trial import Sent, send_trial
from mainstay.operations.errors import OperationError
from tests.fakes.reach import Asked
from tests.unit.operations.alerting.alerts import monitored, page_of

BOTH = {
    "mail": {"to": ["ops@example.org"], "sender": "a@example.org", "server": "mail.example.org:587"},
    "webhook": {"url": "https://example.org/alerts"},
}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def counts(email: tuple[int, int], webhook: tuple[int, int]) -> str:
    """Alertmanager's own figures: of each way the requests made, and those that failed."""
    rows = {"email": email, "webhook": webhook}
    total, failed = "alertmanager_notification_requests_total", "alertmanager_notification_requests_failed_total"
    return "\n".join(
        [
            f'{total}{{integration="webhook",receiver_name="deadman"}} 77',
            *(f'{total}{{integration="{way}",receiver_name="everybody"}} {made}' for way, (made, _) in rows.items()),
            *(f'{failed}{{integration="{way}",receiver_name="everybody"}} {lost}' for way, (_, lost) in rows.items()),
        ]
    )


def answering(*figures: str) -> tuple[Callable[[Asked], str], list[object]]:
    """One that shows these figures in turn, the last for ever; and what is posted to it."""
    shown: Iterator[str] = itertools.chain(figures[:-1], itertools.repeat(figures[-1]))
    posted: list[object] = []

    def answer(asked: Asked) -> str:
        if body := json.loads(asked.given)["body"]:
            posted.append(body)
        return next(shown) if page_of(asked) == "metrics" else ""

    return answer, posted


def test_a_message_is_taken_by_all(tmp_path: Path) -> None:
    answer, posted = answering(counts((3, 1), (5, 0)), counts((3, 1), (6, 0)), counts((4, 1), (6, 0)))
    sent = send_trial(monitored(tmp_path, answer, BOTH), clock=lambda: NOON)
    assert sent == (Sent("mail", True), Sent("webhook", True))
    assert posted == [
        [
            {
                "labels": {"alertname": "MainstayTest", "severity": "critical", "number": "20260101T120000000000"},
                "annotations": {
                    "summary": "A message to try out the alerts of shop.",
                    "description": "Somebody ran `mainstay alert test`. Nothing is wrong.",
                    "runbook": "docs/runbooks/README.md",
                },
                "startsAt": "2026-01-01T12:00:00+00:00",
                "endsAt": "2026-01-01T12:00:20+00:00",
            }
        ]
    ]


def test_who_refuses_it_is_said(tmp_path: Path) -> None:
    answer, _ = answering(counts((0, 0), (0, 0)), counts((1, 1), (1, 0)))
    assert send_trial(monitored(tmp_path, answer, BOTH)) == (Sent("mail", False), Sent("webhook", True))


def test_who_was_not_tried_in_time_is_said(tmp_path: Path) -> None:
    answer, _ = answering(counts((0, 0), (0, 0)))
    site = monitored(tmp_path, answer, {"webhook": BOTH["webhook"]})
    assert send_trial(site, seconds=0.0) == (Sent("webhook", None),)


def test_somebody_must_be_named(tmp_path: Path) -> None:
    answer, _ = answering("")
    with pytest.raises(OperationError, match="Nobody is named who could be told"):
        send_trial(monitored(tmp_path, answer))
