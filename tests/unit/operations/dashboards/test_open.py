"""Who lets us look, and what is said when nobody does."""

from pathlib import Path

import pytest

from mainstay.compiler.address import address
from mainstay.operations.dashboards.open import opened
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import FakeReach

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring", mon_02="monitoring")


def a_monitored_site(folder: Path, monitoring: str = "on", off: tuple[str, ...] = ()) -> Site:
    """Its machines answer nobody: there is no configuration for SSH."""
    machines = MACHINES if monitoring == "on" else {"srv-01": MACHINES["srv-01"]}
    spec = a_site(machines=machines, monitoring=monitoring)
    ground = FakeGround({name: name not in off for name in machines}, FakeReach())
    return Site(spec, folder, address(spec), (), ground, Vault(Store(folder / "secrets.json")), folder)


def refusal(site: Site) -> str:
    with pytest.raises(OperationError) as caught, opened(site, "prometheus", 0):
        pass
    return str(caught.value)


def test_without_monitoring_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert "Monitoring is off" in refusal(a_monitored_site(tmp_path, monitoring="off"))


def test_every_machine_that_monitors_is_tried(tmp_path: Path) -> None:
    said = refusal(a_monitored_site(tmp_path))
    assert said.splitlines()[:2] == ["mon-01 cannot be reached.", "mon-02 cannot be reached."]


def test_those_that_are_switched_off_are_not(tmp_path: Path) -> None:
    said = refusal(a_monitored_site(tmp_path, off=("mon-01",)))
    assert said.splitlines()[0] == "mon-02 cannot be reached."
    assert "Switched off: mon-01, mon-02" in refusal(a_monitored_site(tmp_path, off=("mon-01", "mon-02")))
