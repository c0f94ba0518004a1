"""What an Alertmanager answers, and a site that has two."""

import json
from collections.abc import Callable
from pathlib import Path

from mainstay.compiler.address import address
from mainstay.grounds.errors import GroundError
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring", mon_02="monitoring")


def monitored(folder: Path, answer: Callable[[Asked], str], monitoring: object = "on", off: str = "") -> Site:
    """One server and two machines that monitor; all are switched on but `off`."""
    spec = a_site(machines=MACHINES, monitoring=monitoring)
    ground = FakeGround({name: name != off for name in MACHINES}, FakeReach(answer=answer))
    return Site(spec, folder, address(spec), (), ground, Vault(Store(folder / "secrets.json")), folder)


def alert(name: str, severity: str = "warning", machine: str = "srv-01", since: str = "2026-01-01T00:00:05Z") -> object:
    """One alert, as the API tells it."""
    labels = {"alertname": name, "severity": severity} | ({"machine": machine} if machine else {})
    notes = {"summary": f"{name}.", "runbook": f"docs/runbooks/{name}.md"}
    return {"labels": labels, "annotations": notes, "startsAt": since}


def page_of(asked: Asked) -> str:
    """Which page was asked for."""
    return str(json.loads(asked.given)["url"]).split("/", 3)[3]


def nobody_answers(asked: Asked) -> str:
    """As on a machine whose Alertmanager is gone."""
    raise GroundError(f"{asked.machine} does not answer")
