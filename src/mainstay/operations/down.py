"""`down`: stop it, or take it away."""

import shutil
from collections.abc import Collection
from pathlib import Path

from mainstay.compiler.compile import compile_plan
from mainstay.grounds.ground import Report
from mainstay.model.change import Change, Unit
from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE
from mainstay.provision.apply import apply


def down(site: Site, report: Report) -> None:
    """Stop the lab's machines, their disks stay; on servers stop what Mainstay runs there, the front first."""
    with only_operator(site):
        if site.spec.in_lab:
            site.ground.stop(report)
        else:
            _stop_services(site, report)


def destroy(site: Site, report: Report) -> None:
    """Take the lab away whole: machines, disks, network, and what Mainstay keeps beside the user's file.

    The user's own secrets stay: they were not made here, and may lie nowhere else.

    Raises:
        OperationError: this is no lab.
    """
    if not site.spec.in_lab:
        raise OperationError("Servers are not destroyed.", "`mainstay down` stops what Mainstay runs on them.")
    report("", "destroying the lab")
    with only_operator(site):
        site.ground.dismiss(tuple(site.ground.members()))
    site.vault.forget_made()
    kept = {site.vault.store.lies_at} if site.vault.yours.all() else set()
    _clear(site.folder, kept)


def _clear(folder: Path, kept: Collection[Path]) -> None:
    """Remove the folder; where files in it are kept, all but those, and what keeps version control from them."""
    if not any(path.parent == folder for path in kept):
        shutil.rmtree(folder, ignore_errors=True)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()
        return
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path not in kept and path.name != ".gitignore":
            path.unlink()


def _stop_services(site: Site, report: Report) -> None:
    plan = compile_plan(site.spec, ANY_RELEASE)
    for component in ("keepalived", "haproxy", "nginx", "app", "keeper", "mysql", "etcd"):
        stops = {
            name: [
                Change(component, Unit(service.unit, "stop"), f"stop {service.unit}")
                for service in manifest.only((component,)).services
            ]
            for name, manifest in plan.manifests.items()
        }
        apply(site.ground.reach(), stops, {}, report)
