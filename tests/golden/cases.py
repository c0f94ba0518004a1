"""The golden cases: what is compiled, and where its files lie.

A case is a folder: `mainstay.yaml` (a blueprint's own lies in `mainstay.spec`), and for each machine the files it
gets, at their paths, beside `manifest.txt`, which says all the rest of its manifest and what it exposes.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from mainstay.model.exposure import Exposure
from mainstay.model.install import File, Install
from mainstay.model.machine import Instance, Machine
from mainstay.model.plan import Plan
from mainstay.spec import BLUEPRINTS, blueprint
from tests.builders import site_of
from tests.vocabulary import compiled

FOLDER = Path(__file__).parent
COMPONENTS = FOLDER.parent.parent / "src/mainstay/components"
FILE = "mainstay.yaml"
CASES = tuple(sorted({*BLUEPRINTS, *(path.parent.name for path in FOLDER.glob(f"*/{FILE}"))}))


def produced(case: str) -> dict[str, str]:
    """Every golden file of a case by its path in the case's folder, as the compiler makes it now."""
    plan = compiled(site_of(blueprint(case) if case in BLUEPRINTS else (FOLDER / case / FILE).read_text()))
    return {path: text for machine in plan.machines for path, text in _files(plan, machine)}


def stored(case: str) -> dict[str, str]:
    """Every golden file of a case as it was reviewed."""
    paths = (path for path in sorted((FOLDER / case).glob("*/**/*")) if path.is_file())
    return {str(path.relative_to(FOLDER / case)): path.read_text() for path in paths}


def store(case: str) -> None:
    """Make the golden files of a case what the compiler makes now."""
    for machine in (FOLDER / case).glob("*/"):
        shutil.rmtree(machine)
    for path, text in produced(case).items():
        file = FOLDER / case / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _files(plan: Plan, machine: Machine) -> Iterator[tuple[str, str]]:
    yield f"{machine.name}/manifest.txt", "\n".join(_summary(plan, machine)) + "\n"
    for name, part in plan.manifests[machine.name].parts.items():
        for file in part.files:
            if not _copied_from(name, file):
                yield f"{machine.name}{file.path}", file.text


def _summary(plan: Plan, machine: Machine) -> Iterator[str]:
    yield f"{machine.name} {machine.address} {' '.join(machine.roles)}"
    for name, part in plan.manifests[machine.name].parts.items():
        yield from ("", name, *_rows("exposes ", plan.exposures[Instance(name, machine)]))
        files = (replace(file, content=_copied_from(name, file)) for file in part.files)
        yield from _rows("", replace(part, files=tuple(files)))


def _rows(prefix: str, noun: Exposure | Install) -> Iterator[str]:
    """A line for each item of each list, and each answer; a file's content names the template it is a copy of."""
    for kind, items in asdict(noun).items():
        rows = (items,) if isinstance(items, bool) else items
        yield from (f"  {prefix}{kind}: {json.dumps(item)}" for item in rows)


def _copied_from(component: str, file: File) -> str:
    """The template that a file is as it stands, or holds our own source by; such a file is not stored again."""
    here = {template.name: template.read_text() for template in (COMPONENTS / component).glob("templates/*")}
    rules = {f"{path.parent.name}/alerts.yml": path.read_text() for path in COMPONENTS.glob("*/alerts.yml")}
    templates = {**here, **rules}
    held = [name for name, text in templates.items() if "sources(" in text and file.path.endswith(f"/{name}")]
    return next((name for name, text in templates.items() if text == file.text), next(iter(held), ""))
