"""The catalogue is written by hand, and equal to the folder list."""

import importlib

from tests.architecture.source import ROOT

COMPONENTS = ROOT / "src/mainstay/components"


def folders() -> list[str]:
    return sorted(path.parent.name for path in COMPONENTS.glob("*/component.py"))


def catalogued() -> list[str]:
    """The names of the catalogued components; none as long as there is no component."""
    if not folders():
        return []
    return sorted(component.name for component in importlib.import_module("mainstay.compiler.catalogue").COMPONENTS)


def test_the_catalogue_is_the_folder_list() -> None:
    assert catalogued() == folders()


def test_every_component_has_the_same_files() -> None:
    wanted = ("__init__.py", "component.py", "README.md")
    missing = [f"{name}/{file}" for name in folders() for file in wanted if not (COMPONENTS / name / file).exists()]
    assert missing == []
