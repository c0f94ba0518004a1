"""What the package asks for, what is pinned and what the sample application ships are one story."""

import re
import tomllib

from tests.architecture.source import ROOT

REQUIREMENTS = ROOT / "requirements"
NAME = re.compile(r"^([A-Za-z0-9._-]+)", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: str) -> dict[str, str]:
    """Name to version, as a compiled requirements file pins them."""
    return {canonical(name): version for name, version in PIN.findall((ROOT / path).read_text(encoding="utf-8"))}


def test_the_runtime_requirements_are_the_dependencies_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonical(name) for line in project["dependencies"] for name in NAME.findall(line)}
    listed = {canonical(name) for name in NAME.findall((REQUIREMENTS / "runtime.in").read_text(encoding="utf-8"))}
    assert declared == listed
    assert declared <= pins("requirements/runtime.txt").keys()


def test_everything_is_tested_at_the_versions_it_ships_with() -> None:
    shipped = pins("requirements/runtime.txt") | pins("examples/guestbook/app/requirements.txt")
    tested = pins("requirements/dev.txt")
    assert {name: tested.get(name) for name in shipped} == shipped
