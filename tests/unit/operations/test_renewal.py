"""Certificates that run out are renewed, on machines in memory; nothing else is changed."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from mainstay.compiler.difference import difference
from mainstay.grounds.errors import GroundError
from mainstay.model.certificate import is_ours
from mainstay.model.manifest import Manifest
from mainstay.model.state import FileState, MachineState, UnitState
from mainstay.operations.errors import OperationError
from mainstay.operations.prepare import prepare
from mainstay.operations.renewal import Renewed, ensured, renew_certificates
from mainstay.operations.site import Site
from mainstay.provision.apply import ProvisionError, Workers
from mainstay.provision.places import ATTEMPTED, RECORD, STARTED
from mainstay.spec import Spec
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach
from tests.fakes.workers import FakeWorkers, told
from tests.unit.operations.edge import Edge, an_edge

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=90)
SOON, DUE = timedelta(days=59), timedelta(days=61)
SPEC = a_site(
    machines=machines_that_run(
        lb_01="balancer",
        lb_02="balancer",
        srv_01="web app database",
        srv_02="web app database",
        mon_01="monitoring witness",
    ),
    database={"failover": "automatic"},
    https="on",
    firewall="on",
    monitoring="on",
)
SMALL_SECTIONS = {"machines": machines_that_run(lb_01="balancer", srv_01="web app"), "https": "on"}
SMALL = a_site(**SMALL_SECTIONS)
ALONE = a_site(machines=machines_that_run(srv_01="balancer web app"))
HAPROXY, IDENTITY = "/etc/haproxy/haproxy.cfg", "/etc/mainstay/tls/edge/identity.pem"
VOTERS = "/etc/mainstay/tls/etcd/identity.pem"
NOTES_STEPS = 2 * (2 + 2)
"""What is noted on each of two machines: the folder and the attempt, the record and the attempt's end."""


@dataclass
class Running:
    """A site after an `up` that was made at BEGIN, and what of it the tests look at."""

    edge: Edge
    site: Site
    states: dict[str, MachineState] = field(default_factory=dict)
    now: datetime = BEGIN
    steps: list[str] = field(default_factory=list)
    ended: frozenset[str] = frozenset()

    def renew(self, breaks_at: int | None = None) -> Renewed:
        workers = FakeWorkers(self.states, breaks_at=breaks_at)
        try:
            return renew_certificates(self.site, self.edge.report, lambda _: cast(Workers, workers))
        finally:
            self.steps = [f"{machine}: {change.summary}" for machine, change in workers.done if change.summary]

    def refused(self) -> str:
        """What it says when it refuses; nothing was done then."""
        with pytest.raises(OperationError) as caught:
            self.renew()
        assert self.steps == []
        return str(caught.value)

    def voters(self) -> str:
        """What a voter says of the others: nothing, while certificates that have ended are all that they have."""
        lying = {state.paths[VOTERS].digest for state in self.states.values() if VOTERS in state.paths}
        if self.now > BEGIN + LIFE and not lying.isdisjoint(self.ended):
            raise GroundError("`etcdctl` failed: certificate has expired")
        return json.dumps({"members": []})

    def left(self) -> list[str]:
        """What an `up` would still change."""
        prepared = prepare(self.site)
        return [change.summary for name in self.states for change in prepared.all_changes(name)]


Run = Callable[[Spec], Running]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/shop.py").write_text("app = None\n")

    def run(spec: Spec) -> Running:
        edge = an_edge(tmp_path, spec)

        def answer(asked: Asked) -> str:
            if asked.arguments == (RECORD, ATTEMPTED, STARTED):
                return json.dumps(told(running.states[asked.machine]))
            if asked.given.startswith("["):
                return json.dumps([""] * len(json.loads(asked.given)))
            if asked.program == "etcdctl":
                return running.voters()
            return edge.ground.way.answer(asked)

        ground = FakeGround(edge.ground.on, FakeReach(answer))
        vault = Vault(edge.site.vault.store, lambda: running.now)
        running = Running(edge, replace(edge.site, ground=ground, vault=vault))
        running.states.update(dict.fromkeys(edge.ground.on, MachineState()))
        _bring(running)
        return running

    return run


def _bring(running: Running) -> None:
    """As `up` leaves them."""
    workers, prepared = FakeWorkers(running.states), prepare(running.site)
    for name, manifest in prepared.plan.manifests.items():
        filled = running.site.vault.fill_in_manifest(manifest)
        workers.apply({name: difference(manifest, filled, running.states[name])}, {}, running.edge.report)
        running.states[name] = replace(running.states[name], record=manifest)


def test_with_nothing_due_it_says_until_when_all_is_good(run: Run) -> None:
    running = run(SMALL)
    running.now = BEGIN + SOON
    renewed = running.renew()
    assert (renewed.is_nothing, renewed.good_until) == (True, BEGIN + LIFE)
    assert running.steps == []


def test_what_is_due_comes_to_every_machine_and_nothing_else_does(run: Run) -> None:
    running = run(SPEC)
    running.now = BEGIN + DUE
    renewed = running.renew()
    assert renewed.good_until == BEGIN + DUE + LIFE
    assert {machine for machine, changes in renewed.changes.items() if changes} == {*running.states}
    words = {step.split(": ")[1].split()[0] for step in running.steps}
    assert words <= {"change", "reload", "restart"}
    changed = [step.rpartition(" ")[2] for step in running.steps if " change " in step]
    assert [path for path in changed if not path.endswith("identity.pem")] == []
    assert running.left() == []
    assert [state.attempted for state in running.states.values() if state.attempted] == []
    said = [words for machine, words in running.edge.reported if machine == "srv-02" and "rotation" in words]
    assert said == ["taking it out of rotation", "coming back into rotation"]


def test_whoever_holds_a_certificate_is_come_to_also_when_the_authority_is_renewed(run: Run) -> None:
    running = run(SPEC)
    running.now = BEGIN + timedelta(days=3000)
    running.renew()
    assert running.left() == []
    manifests = prepare(running.site).plan.manifests
    holding = {(n, f.path) for n, m in manifests.items() for p in m.parts.values() for f in p.files if is_ours(f)}
    changed = {(s.split(": ")[0], s.rpartition(" ")[2]) for s in running.steps if " change " in s}
    assert changed == holding


def test_voters_whose_certificates_have_ended_get_theirs_together(run: Run) -> None:
    running = run(SPEC)
    running.ended = frozenset(state.paths[VOTERS].digest for state in running.states.values() if VOTERS in state.paths)
    running.now = BEGIN + 2 * LIFE
    running.renew()
    assert running.steps[:3] == [f"{name}: change {VOTERS}" for name in ("srv-01", "srv-02", "mon-01")]
    assert running.left() == []


def test_interrupted_anywhere_the_next_run_finishes_it(run: Run) -> None:
    running = run(SMALL)
    before = dict(running.states)
    running.now = BEGIN + DUE
    for step in count():
        running.states.update(before)
        try:
            running.renew(breaks_at=step)
        except ProvisionError:
            running.renew()
            assert running.left() == [], step
            assert [name for name, state in running.states.items() if state.attempted] == []
        else:
            break
    assert step == len(running.steps) + NOTES_STEPS


def test_a_server_that_a_killed_run_left_out_of_rotation_comes_back(run: Run) -> None:
    running = run(SMALL)
    for balancer in running.edge.balancers.values():
        balancer.states["app/srv-01"] = "DRAIN"
    assert running.renew().is_nothing
    assert running.edge.states("srv-01") == {"UP"}


def test_a_machine_without_certificates_is_left_alone(run: Run) -> None:
    running = run(ALONE)
    running.now = BEGIN + DUE
    running.site.vault.certificates.authority()
    assert running.renew() == Renewed({"srv-01": 0}, None)


def test_an_edited_file_is_not_brought(run: Run) -> None:
    running = run(SMALL)
    running.now = BEGIN + DUE
    running.site = replace(running.site, spec=a_site(**{**SMALL_SECTIONS, "balancer": {"algorithm": "leastconn"}}))
    said = running.refused()
    assert "since an `up` would change more than certificates:" in said
    assert "  lb-01: change /etc/haproxy/haproxy.cfg\n  lb-01: reload haproxy.service" in said
    assert said.endswith("`mainstay plan` shows all of it; `mainstay up` does it, and renews certificates with it.")


def test_another_release_is_not_brought(run: Run) -> None:
    running = run(SMALL)
    running.now = BEGIN + DUE
    (running.site.project / "app/shop.py").write_text("app = 1\n")
    said = running.refused()
    assert "  srv-01: unpack release " in said
    assert re.search(r"\n  and \d+ more\n", said)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"units": {"haproxy.service": UnitState()}}, "start haproxy.service"),
        ({"paths": {HAPROXY: FileState("other", "root", "root", "644")}}, f"change {HAPROXY}"),
        ({"paths": {IDENTITY: FileState("other", "root", "root", "644")}}, f"change {IDENTITY}"),
        ({"attempted": Manifest("lb-01", {})}, "an `up` has not come to its end there"),
        ({"record": None}, "no `up` has come to its end there"),
    ],
)
def test_what_is_not_as_up_left_it_is_not_mended(run: Run, changed: dict[str, Any], reason: str) -> None:
    running = run(SMALL)
    running.now = BEGIN + DUE
    state = running.states["lb-01"]
    both: dict[str, Any] = {
        name: {**getattr(state, name), **new} if isinstance(new, dict) else new for name, new in changed.items()
    }
    running.states["lb-01"] = replace(state, **both)
    assert f"  lb-01: {reason}\n" in running.refused()


def test_a_certificate_that_somebody_has_changed_on_a_machine_is_put_back(run: Run) -> None:
    running = run(SMALL)
    state = running.states["lb-01"]
    there = replace(state.paths[IDENTITY], digest="other")
    running.states["lb-01"] = replace(state, paths={**state.paths, IDENTITY: there})
    assert running.renew().changes == {"lb-01": 1, "srv-01": 0}


def test_machines_are_neither_switched_on_nor_taken_away(run: Run) -> None:
    running = run(SMALL)
    running.site.ground.power_off("lb-01")
    assert "  lb-01: it is switched off\n" in running.refused()
    running.site.ground.power_on("lb-01")
    cast(FakeGround, running.site.ground).on["srv-09"] = True
    assert "  srv-09: the file no longer names it\n" in running.refused()


def test_what_else_was_begun_is_finished_first(run: Run) -> None:
    running = run(SMALL)
    running.site.vault.certificates.name_heir()
    assert "`mainstay secret rotate authority` finishes that." in running.refused()
    running.site.vault.secret("database-reader")
    running.site.vault.passwords.renew("database-reader")
    assert "New passwords have not reached everybody yet." in running.refused()


def test_without_the_sites_secrets_no_other_authority_is_made(run: Run) -> None:
    running = run(SMALL)
    running.site.vault.store.file.unlink()
    assert "The secrets of shop are not here" in running.refused()
    assert not running.site.vault.store.file.exists()


def test_what_is_looked_at_first_changes_nothing(run: Run) -> None:
    running = run(SMALL)
    running.now = BEGIN + DUE
    before = dict(running.states)
    assert {c.summary.split()[0] for c in ensured(running.site).all_changes("lb-01")} == {"change", "reload"}
    assert running.states == before
