"""systemd-journal-upload: carries the machine's log to every machine that monitors, so that it outlives the machine."""

from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure
from mainstay.model.install import Content, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

NAME = "journal_upload"


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """Nothing: whether logs arrive is seen where they are to arrive."""
    return Exposure()


def installs(view: View[Spec]) -> Install:
    """A unit for each machine that monitors, but itself: one that is lost holds up nothing of what the others get."""
    here = view.machine
    keepers = tuple(machine for machine in view.peers("journal_remote") if machine != here)
    if not keepers:
        return Install()
    units = tuple(_unit(view, keeper) for keeper in keepers)
    known = (certificate.authority_path(NAME), certificate.identity_path(NAME))
    return Install(
        directories=(certificate.folder(NAME),),
        files=(*certificate.files(NAME, here, group="root"), *units),
        services=tuple(Service(file.path.rpartition("/")[2], restart_on=(file.path, *known)) for file in units),
    )


def _unit(view: View[Spec], keeper: Machine) -> File:
    variables = {
        "keeper": keeper.name,
        "url": f"https://{keeper.address}:{view.port(keeper, 'journal_remote', 'journal').number}",
        "identity": certificate.identity_path(NAME),
        "authority": certificate.authority_path(NAME),
        "sandbox": sandbox(ProtectSystem="strict"),
    }
    path = f"/etc/systemd/system/mainstay-journal-upload-{keeper.name}.service"
    return File(path, Content("mainstay-journal-upload.service", variables))


JOURNAL_UPLOAD = Component(NAME, ("systemd-journal-remote",), exposes, installs)
