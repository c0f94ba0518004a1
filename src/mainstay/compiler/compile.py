"""The whole way from the user's file to a manifest per machine, on one screen."""

from dataclasses import replace

from mainstay.compiler.address import address, virtual_addresses
from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.clash import ensure_no_clash
from mainstay.compiler.place import place, voters
from mainstay.compiler.render import render
from mainstay.model.component import Component, View
from mainstay.model.install import Content, File, Install
from mainstay.model.machine import Instance
from mainstay.model.manifest import Manifest
from mainstay.model.plan import Plan
from mainstay.spec import Spec


def compile_plan(spec: Spec, release: str) -> Plan:
    """Compile the user's file; `release` is the identifier of the application's release that is to be current."""
    by_name = {component.name: component for component in COMPONENTS}
    machines = address(spec)
    voting = voters(machines, spec.database.failover)
    instances = place(machines, tuple(by_name), voting, _switched_on(spec))
    exposures = {i: by_name[i.component].exposes(spec, i.machine) for i in instances}
    ensure_no_clash(exposures)
    moving = virtual_addresses(spec)
    views = [View(spec, machine, exposures, release, moving) for machine in machines]
    manifests = {view.machine.name: _manifest(view, instances, by_name) for view in views}
    return Plan(machines, exposures, manifests)


def _switched_on(spec: Spec) -> frozenset[str]:
    """What the file has on, of what brings components; the lab's machines are not updated."""
    sections = {
        "firewall": spec.firewall,
        "updates": None if spec.in_lab else spec.updates,
        "acme": spec.https.acme if spec.https else None,
        "monitoring": spec.monitoring,
    }
    return frozenset(name for name, section in sections.items() if section is not None)


def _manifest(view: View[Spec], instances: tuple[Instance, ...], by_name: dict[str, Component[Spec]]) -> Manifest:
    here = (i.component for i in instances if i.machine == view.machine)
    return Manifest(view.machine.name, {name: _rendered(by_name[name], view) for name in here})


def _rendered(component: Component[Spec], view: View[Spec]) -> Install:
    install = component.installs(view)
    files = tuple(_rendered_file(component.name, file) for file in install.files)
    return replace(install, packages=(*component.packages, *install.packages), files=files)


def _rendered_file(component: str, file: File) -> File:
    if isinstance(file.content, Content):
        return replace(file, content=render(component, file.content))
    return file
