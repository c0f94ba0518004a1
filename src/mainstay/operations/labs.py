"""`lab`: the labs and images of this computer."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mainstay.grounds.ground import Report
from mainstay.grounds.lab import door, image, needs, process
from mainstay.grounds.lab.forwarder import LOOPBACK
from mainstay.grounds.lab.lab import Lab
from mainstay.grounds.lab.places import labs_folder
from mainstay.grounds.lab.record import all_labs
from mainstay.operations.errors import OperationError
from mainstay.operations.kept import clear
from mainstay.operations.owed import settle
from mainstay.operations.site import Site, packages, secrets_file
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault


@dataclass(frozen=True)
class Found:
    """A lab: its project's folder, its addresses ("" if its doors are shut), and which machines run."""

    name: str
    project: str
    address: str
    machines: Mapping[str, bool]

    def to_json(self) -> dict[str, Any]:
        """The lab as plain data."""
        return asdict(self)


def list_labs() -> tuple[Found, ...]:
    """Every lab of this user."""
    found = []
    for places, record in all_labs():
        ports = sorted(opened.port for opened in door.find(places).values())
        address = " ".join(f"http://{LOOPBACK}:{port}" for port in ports)
        running = {name: process.init_of(places.tag(name)) is not None for name in record.machines}
        found.append(Found(places.name, str(Path(record.project).parent.parent), address, running))
    return tuple(found)


def find(name: str) -> Lab:
    """The lab of this name, good for destroying it.

    Raises:
        OperationError: there is none.
    """
    for places, _ in all_labs():
        if places.name == name:
            return Lab(places, (), 0, (), 0)
    known = ", ".join(places.name for places, _ in all_labs()) or "none"
    raise OperationError(f"There is no lab named {name} in {labs_folder()}.", f"There are: {known}.")


def destroy(lab: Lab, report: Report) -> None:
    """Take a lab away whole, with what was made for it beside its project's file; secrets of the user's own stay."""
    report("", f"destroying {lab.places.name}")
    lab.dismiss(tuple(lab.members()))
    clear(lab.places.project, Vault(Store(secrets_file(lab.places.project))))


def power(site: Site, machine: str, *, is_on: bool) -> None:
    """Put a machine's plug in, and tell it what it has missed; or pull it.

    Raises:
        OperationError: the site has not been made yet.
        GroundError: it has no such machine.
    """
    if not site.ground.members():
        raise OperationError(f"{site.spec.name} has not been made yet.", "Run `mainstay up`.")
    if not is_on:
        site.ground.power_off(machine)
        return
    site.ground.power_on(machine)
    settle(site)


def ensure_image(report: Report) -> Path:
    """Afterwards the image is there; gives its folder."""
    recipe = image.Recipe(packages())
    needs.ensure_met(0, 0, recipe.is_made, recipe.folder.parent)
    return image.ensure(recipe, lambda doing: report("", doing))


def remove_unused_images() -> tuple[Path, ...]:
    """Remove the images that no lab stands on and that are not today's; gives them."""
    kept = {record.image for _, record in all_labs()} | {str(image.Recipe(packages()).folder)}
    unused = tuple(folder for folder in image.made() if str(folder) not in kept)
    for folder in unused:
        shutil.rmtree(folder)
    return unused
