"""The section `monitoring`, which may be a switch."""

from pathlib import Path
from typing import cast

import pytest

from mainstay.spec.sections.monitoring import Mail, Monitoring, Pagerduty, Slack, Telegram, Webhook
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

REST = MINIMAL.replace("monitoring: off\n", "").replace("app]}", "app]}\n  mon-01: {runs: [monitoring]}") + APP


@pytest.mark.parametrize("written", ["", "monitoring:\n", "monitoring: on\n", "monitoring: {}\n"])
def test_it_is_on_with_its_defaults(tmp_path: Path, written: str) -> None:
    found = loaded(tmp_path, REST + written).monitoring
    assert found == Monitoring()
    assert (found.objective, found.latency, found.keep, found.disk) == (0.999, 1.0, 15, 2 * 2**30)


def test_every_key_is_read(tmp_path: Path) -> None:
    written = """\
monitoring:
  objective: 99.95%
  latency: 250ms
  keep: 30
  disk: 5GiB
  mail: {to: [a@b.org], sender: c@d.org, server: "mail.d.org:587", user: c, password: "${secret:MAIL}"}
  slack: {url: "${secret:SLACK}", channel: "#operations"}
  webhook: {url: "https://example.org/alerts?to=all"}
  pagerduty: {key: "${secret:PAGER}"}
  telegram: {token: "${secret:BOT}", chat: -100}
  deadman: https://example.org/alive
"""
    spec = loaded(tmp_path, REST + written)
    assert spec.monitoring == Monitoring(
        objective=cast(float, "99.95%"),
        latency=cast(float, "250ms"),
        keep=30,
        disk=cast(int, "5GiB"),
        mail=Mail(to=("a@b.org",), sender="c@d.org", server="mail.d.org:587", user="c", password="${secret:MAIL}"),
        slack=Slack(url="${secret:SLACK}", channel="#operations"),
        webhook=Webhook(url="https://example.org/alerts?to=all"),
        pagerduty=Pagerduty(key="${secret:PAGER}"),
        telegram=Telegram(token="${secret:BOT}", chat=-100),
        deadman="https://example.org/alive",
    )
    assert spec.own_secrets == ("BOT", "MAIL", "PAGER", "SLACK")


@pytest.mark.parametrize("written", ["99.9", "0.999", "49%", "100%", "99.9999%"])
def test_an_objective_is_a_share(tmp_path: Path, written: str) -> None:
    said = says(tmp_path, REST + f"monitoring: {{objective: {written}}}\n")
    assert len(said) == 1
    assert "is not a share from 50% to 99.999%. Write one such as 99.9%." in said[0]


def test_secrets_are_not_written(tmp_path: Path) -> None:
    written = "monitoring: {telegram: {token: 123:abc, chat: 1}, pagerduty: {key: k0123}}\n"
    fix = "Write it as `${secret:NAME}`, and set it: `mainstay secret set NAME`."
    assert sorted(says(tmp_path, REST + written)) == [
        'mainstay.yaml:11: monitoring.pagerduty.key: "k0123" is not a secret. ' + fix,
        'mainstay.yaml:11: monitoring.telegram.token: "123:abc" is not a secret. ' + fix,
    ]


@pytest.mark.parametrize("url", ["ftp://a.org", "a.org/x", "https://a.org/'x", "https://a.org/{{ x }}", "http://"])
def test_who_is_called_is_a_url(tmp_path: Path, url: str) -> None:
    said = says(tmp_path, REST + f'monitoring: {{webhook: {{url: "{url}"}}}}\n')
    assert len(said) == 1
    assert "is not a URL, nor a secret." in said[0]


def test_what_is_missing_is_shown(tmp_path: Path) -> None:
    written = "monitoring: {mail: {to: [a@b.org]}, slack: {}}\n"
    said = [line.removeprefix("mainstay.yaml:11: monitoring.") for line in says(tmp_path, REST + written)]
    assert said == [
        "mail.sender: This key is missing. Write one such as `sender: alerts@example.org`.",
        "mail.server: This key is missing. Write one such as `server: mail.example.org:587`.",
        "slack.url: This key is missing. Write one such as `url: ${secret:SLACK_URL}`.",
    ]
