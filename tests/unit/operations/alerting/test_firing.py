"""What is firing, as any of the Alertmanagers tells it."""

import json
from pathlib import Path

import pytest

from mainstay.compiler.compile import compile_plan
from mainstay.operations.alerting.asking import of_any
from mainstay.operations.alerting.firing import Firing, firing
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from tests.fakes.reach import Asked
from tests.unit.operations.alerting.alerts import alert, monitored, nobody_answers


def fires(site: Site, *running: str) -> tuple[Firing, ...]:
    return of_any(site, compile_plan(site.spec, "r").exposures, running, firing)


def told(*alerts: object) -> str:
    return json.dumps(alerts)


def test_the_worst_comes_first_and_what_fires_always_is_left_out(tmp_path: Path) -> None:
    answer = told(
        alert("Watchdog", "none", machine=""),
        alert("UnitRestarted", "info"),
        alert("ServerDown"),
        alert("SiteDown", "critical", machine="", since="2026-01-01T00:00:09Z"),
        alert("MachineDown", "critical"),
        alert("Strange", "whatever"),
    )
    found = fires(monitored(tmp_path, lambda asked: answer), "mon-01")
    assert [one.name for one in found] == ["MachineDown", "SiteDown", "ServerDown", "Strange", "UnitRestarted"]
    assert found[0].to_json() == {
        "name": "MachineDown",
        "severity": "critical",
        "machine": "srv-01",
        "since": "2026-01-01T00:00:05Z",
        "summary": "MachineDown.",
        "runbook": "docs/runbooks/MachineDown.md",
    }
    assert (found[1].machine, found[3].severity) == ("", "info")


def test_the_next_is_asked_where_one_does_not_answer(tmp_path: Path) -> None:
    def answer(asked: Asked) -> str:
        return told(alert("ServerDown")) if asked.machine == "mon-02" else nobody_answers(asked)

    site = monitored(tmp_path, answer)
    assert [one.name for one in fires(site, "mon-01", "mon-02")] == ["ServerDown"]


def test_a_machine_that_is_off_is_not_asked(tmp_path: Path) -> None:
    asked_on: list[str] = []

    def answer(asked: Asked) -> str:
        asked_on.append(asked.machine)
        return told()

    fires(monitored(tmp_path, answer), "srv-01", "mon-02")
    assert asked_on == ["mon-02"]


def test_why_nobody_answers_is_said_of_each(tmp_path: Path) -> None:
    with pytest.raises(OperationError) as refused:
        fires(monitored(tmp_path, nobody_answers), "mon-01", "mon-02")
    assert str(refused.value) == (
        "No Alertmanager answers.\nmon-01: mon-01 does not answer\nmon-02: mon-02 does not answer\n"
        "`mainstay status` shows which machines answer."
    )
