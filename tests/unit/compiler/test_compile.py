"""The whole compilation: pure, complete, and without a secret."""

import json
from pathlib import Path

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.compile import _rendered
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure
from mainstay.model.install import File, Install
from mainstay.model.machine import Instance
from mainstay.model.manifest import Manifest
from mainstay.spec import BLUEPRINTS, Spec, blueprint
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_machine, a_site, machines_that_run, site_of
from tests.vocabulary import RELEASE, compiled


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_the_same_file_gives_the_same_plan(name: str) -> None:
    assert compiled(site_of(blueprint(name))) == compiled(site_of(blueprint(name) + "# the same\n"))


def test_every_machine_has_a_manifest_in_the_order_of_the_file() -> None:
    plan = compiled(a_site(machines=machines_that_run(zoe="balancer", anna="web app", bob="database")))
    assert [machine.name for machine in plan.machines] == ["zoe", "anna", "bob"]
    assert {name: list(manifest.parts) for name, manifest in plan.manifests.items()} == {
        "zoe": ["base", "haproxy"],
        "anna": ["base", "haproxy", "app", "nginx"],
        "bob": ["base", "mysql"],
    }
    assert [(i.machine.name, i.component) for i in plan.exposures] == [
        (name, component) for name, manifest in plan.manifests.items() for component in manifest.parts
    ]


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_manifest_survives_json(name: str) -> None:
    for manifest in compiled(site_of(blueprint(name))).manifests.values():
        assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_manifest_holds_references_and_no_secret(name: str, tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    manifests = compiled(site_of(blueprint(name))).manifests.values()
    plain = json.dumps([manifest.to_json() for manifest in manifests])
    filled_in = json.dumps([vault.fill_in_manifest(manifest).to_json() for manifest in manifests])
    values = json.loads((tmp_path / "secrets.json").read_text())
    as_json = {name: json.dumps(value)[1:-1] for name, value in values.items()}
    assert {"database-application", "database-reader"} <= values.keys()
    assert [name for name, value in as_json.items() if value in plain] == []
    assert {name for name, value in as_json.items() if value not in filled_in} == values.keys() & {"key:authority"}


def test_packages_are_those_of_the_component() -> None:
    everything = site_of(blueprint("ha").replace("https: on", "https: { acme: { email: ops@example.org } }"))
    a_server = a_site(machines={"srv-01": {"runs": ["balancer", "web", "app"], "address": "192.0.2.1"}})
    manifests = (*compiled(everything).manifests.values(), *compiled(a_server).manifests.values())
    parts = {name: part for manifest in manifests for name, part in manifest.parts.items()}
    assert {n: p.packages for n, p in parts.items()} == {c.name: c.packages for c in COMPONENTS}


def test_a_file_that_is_text_already_stays_as_it_is() -> None:
    file = File("/etc/tiny.conf", "port {{ 80 }}\n")
    tiny = Component[Spec]("tiny", ("tiny",), lambda spec, machine: Exposure(), lambda view: Install(files=(file,)))
    view = View(a_site(), a_machine(), {Instance("tiny", a_machine()): Exposure()}, RELEASE)
    assert _rendered(tiny, view) == Install(packages=("tiny",), files=(file,))
