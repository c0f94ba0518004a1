"""What the tests say about a site: compile it, and look at what a machine gets."""

from mainstay.compiler.compile import compile_plan
from mainstay.model.exposure import Exposure
from mainstay.model.install import File, Install
from mainstay.model.machine import Instance
from mainstay.model.plan import Plan
from mainstay.spec import Spec

RELEASE = "0123456789ab"


def compiled(spec: Spec) -> Plan:
    """The plan of a site whose current release is RELEASE."""
    return compile_plan(spec, release=RELEASE)


def installed(spec: Spec, component: str, on: str = "srv-01") -> Install:
    """What a component gets on a machine of a site."""
    return compiled(spec).manifests[on].parts[component]


def exposed(spec: Spec, component: str, on: str = "srv-01") -> Exposure:
    """What a component shows on a machine of a site."""
    plan = compiled(spec)
    machine = next(machine for machine in plan.machines if machine.name == on)
    return plan.exposures[Instance(component, machine)]


def file_of(install: Install, path: str) -> File:
    """The file of this path."""
    return next(file for file in install.files if file.path == path)


def lines_of(install: Install, path: str) -> list[str]:
    """The lines of a file that say something, without indentation and comments."""
    stripped = (line.strip() for line in file_of(install, path).text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def lines_with(word: str, install: Install, path: str) -> list[str]:
    """Those lines of a file that begin with a word."""
    return [line for line in lines_of(install, path) if line.split()[0] == word]
