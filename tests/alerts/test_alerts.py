"""Every alert fires and stays silent as its component's test file says, and a page says what to do about it."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent.parent
COMPONENTS = ROOT / "src/mainstay/components"
RUNBOOKS = ROOT / "docs/runbooks"
TESTS = Path(__file__).parent
PROMTOOL = shutil.which("promtool", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
WITH_RULES = tuple(sorted(path.parent.name for path in COMPONENTS.glob("*/alerts.yml")))

NEVER_SILENT = {"Watchdog": "it is there as long as alerting works: that it is missing is what its receiver notices"}

SOON = {"critical": ("5s", "10s"), "warning": ("", "10s", "30s", "1m"), "info": ("",), "none": ("",)}
"""How long it has to last: an outage is told within half a minute, the rest within one and a half."""

LATER = (
    "DiskFilling", "LogsNotArriving", "MemoryPressure", "CpuPressure", "SiteCertificateExpiring", "CertificateExpiring",
    "CertificatesUnknown",
)  # fmt: skip
"""Nothing is lost by waiting, and what lasts for less needs nobody."""

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool; `scripts/setup --dev` unpacks Debian's")


@dataclass(frozen=True)
class Alert:
    """One alerting rule: its name, the component it lies beside, how long it waits, and what it says."""

    name: str
    component: str
    waits: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def page(self) -> str:
        return f"docs/runbooks/{self.name}.md"


@dataclass(frozen=True)
class Case:
    """What one scenario of a test file expects of an alert."""

    component: str
    scenario: str
    alert: str
    fires: bool


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@cache
def alerts() -> tuple[Alert, ...]:
    return tuple(
        Alert(rule["alert"], component, rule.get("for", ""), rule.get("labels", {}), rule.get("annotations", {}))
        for component in WITH_RULES
        for group in read(COMPONENTS / component / "alerts.yml")["groups"]
        for rule in group["rules"]
        if "alert" in rule
    )


@cache
def cases() -> tuple[Case, ...]:
    return tuple(
        Case(path.stem, scenario["name"], case["alertname"], bool(case["exp_alerts"]))
        for path in sorted(TESTS.glob("*.yml"))
        for scenario in read(path)["tests"]
        for case in scenario["alert_rule_test"]
    )


def scenarios(alert: Alert, *, fires: bool) -> set[str]:
    """Those in which it fires; or those in which it stays silent throughout."""
    own = [case for case in cases() if (case.component, case.alert) == (alert.component, alert.name)]
    firing = {case.scenario for case in own if case.fires}
    return firing if fires else {case.scenario for case in own} - firing


def promtool(*arguments: str | Path) -> str:
    """What it says, if that is anything but that all is well."""
    ran = subprocess.run([str(PROMTOOL), *arguments], capture_output=True, text=True, check=False)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@needs_promtool
@pytest.mark.parametrize("component", WITH_RULES)
def test_the_rules_are_valid_and_do_as_their_tests_say(component: str) -> None:
    assert promtool("check", "rules", COMPONENTS / component / "alerts.yml") == ""
    assert promtool("test", "rules", TESTS / f"{component}.yml") == ""


OTHERS = {
    "lb-01": ("haproxy", "node_exporter"),
    "srv-01": ("haproxy", "nginx_exporter", "mysqld_exporter", "keeper", "etcd", "node_exporter"),
    "mon-02": ("prometheus", "alertmanager", "journal_remote", "node_exporter"),
}
SAID_BY_ITSELF: Mapping[str, float] = {
    'mainstay:monitor{machine="mon-01"}': 1,
    'up{job="prometheus", machine="mon-01"}': 1,
    'up{job="alertmanager", machine="mon-01"}': 1,
    'alertmanager_cluster_members{machine="mon-01"}': 1,
    'mainstay:virtual_address{address="10.0.0.1"}': 1,
    "mainstay:objective": 0.999,
    "mainstay:latency_objective_seconds": 0.5,
    "mainstay:voters": 3,
    "mainstay:databases": 2,
    "mainstay:failover_automatic": 1,
    'probe_success{address="10.0.0.1", machine="mon-01"}': 0,
    'probe_duration_seconds{address="10.0.0.1", machine="mon-01"}': 4,
    'haproxy_backend_current_sessions{job="journal_remote", machine="mon-01", proxy="from-srv-01"}': 0,
}
"""What a machine that monitors has, when it is cut off, beside that nobody answers."""


def fired(folder: Path, heard: str) -> set[str]:
    """Which alerts of all there are fire after ten minutes in which of the others only this one is heard."""
    ups = {f'up{{job="{j}", machine="{m}"}}': float(m == heard) for m, jobs in OTHERS.items() for j in jobs}
    series = [{"series": name, "values": f"{value}+0x120"} for name, value in {**SAID_BY_ITSELF, **ups}.items()]
    asked = [{"eval_time": "10m", "alertname": alert.name, "exp_alerts": []} for alert in alerts()]
    file = folder / "isolated.yml"
    rules = [str(COMPONENTS / name / "alerts.yml") for name in WITH_RULES]
    tests = [{"interval": "5s", "input_series": series, "alert_rule_test": asked}]
    YAML(typ="safe").dump({"rule_files": rules, "evaluation_interval": "5s", "tests": tests}, file)
    return set(re.findall(r"alertname: (\w+)", promtool("test", "rules", file)))


@needs_promtool
def test_whoever_hears_nobody_says_just_that(tmp_path: Path) -> None:
    assert fired(tmp_path, heard="") == {"Watchdog", "MonitorIsolated"}
    silence = {"MachineDown", "SiteDown", "EtcdNoQuorum", "AddressHeldByNobody", "MySQLNoPrimary"}
    assert fired(tmp_path, heard="lb-01") >= silence


def test_there_is_a_test_file_for_each_file_of_rules_and_no_other() -> None:
    assert sorted(path.stem for path in TESTS.glob("*.yml")) == list(WITH_RULES)
    wanted = {name: [f"../../src/mainstay/components/{name}/alerts.yml"] for name in WITH_RULES}
    assert {name: read(TESTS / f"{name}.yml")["rule_files"] for name in WITH_RULES} == wanted


def test_no_two_alerts_or_scenarios_of_a_file_share_a_name() -> None:
    names = [alert.name for alert in alerts()]
    titles = [(path.name, scenario["name"]) for path in TESTS.glob("*.yml") for scenario in read(path)["tests"]]
    assert [thing for thing, times in Counter([*names, *titles]).items() if times > 1] == []


def test_every_alert_has_a_scenario_in_which_it_fires() -> None:
    assert [alert.name for alert in alerts() if not scenarios(alert, fires=True)] == []


def test_every_alert_has_a_scenario_in_which_it_stays_silent() -> None:
    never_silent = [alert.name for alert in alerts() if not scenarios(alert, fires=False)]
    assert never_silent == list(NEVER_SILENT)


def faults(alert: Alert) -> Iterator[str]:
    """What is missing from its labels and annotations."""
    severities = ("none",) if alert.name in NEVER_SILENT else ("critical", "warning", "info")
    if alert.labels.get("severity") not in severities:
        yield f"its severity is none of {', '.join(severities)}"
    if alert.annotations.keys() != {"summary", "description", "runbook"}:
        yield f"it says {', '.join(alert.annotations)}"
    if not all(text.endswith(".") for what, text in alert.annotations.items() if what != "runbook"):
        yield "it does not speak in sentences"
    if alert.annotations.get("runbook") != alert.page:
        yield f"its runbook is not {alert.page}"


def test_every_alert_says_how_bad_it_is_what_it_means_and_where_to_read_on() -> None:
    assert {alert.name: found for alert in alerts() if (found := list(faults(alert)))} == {}


def test_no_alert_waits_for_long() -> None:
    late = [alert.name for alert in alerts() if alert.waits not in SOON[alert.labels["severity"]]]
    assert sorted(late) == sorted(LATER)


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    pages = sorted(path.stem for path in RUNBOOKS.glob("*.md") if path.stem != "README")
    assert pages == sorted(alert.name for alert in alerts())


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_a_page_says_what_it_means_how_to_see_more_and_what_to_do(alert: Alert) -> None:
    lines = (ROOT / alert.page).read_text(encoding="utf-8").splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings == [f"# {alert.name}", "## What it means", "## How to see more", "## What to do"]


def test_the_table_of_pages_names_every_alert_with_its_severity_and_component() -> None:
    table = (RUNBOOKS / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [tuple(cell.strip() for cell in row.split("|")[1:4]) for row in table if row.startswith("| [")]
    wanted = [(f"[{a.name}]({a.name}.md)", a.labels["severity"], a.component) for a in alerts()]
    assert sorted(rows) == sorted(wanted)
