"""`down`: stop it, or take it away."""

from mainstay.compiler.compile import compile_plan
from mainstay.grounds.ground import Report
from mainstay.model.change import Change, Unit
from mainstay.operations.errors import OperationError
from mainstay.operations.kept import clear, ensure_ours
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE
from mainstay.provision.apply import Workers

STOPPED = (
    "acme", "keepalived", "haproxy", "nginx", "app", "keeper", "mysql", "etcd",
    "journal_upload", "certificates", "nginx_exporter", "mysqld_exporter", "node_exporter",
    "blackbox_exporter", "alertmanager", "prometheus", "journal_remote",
)  # fmt: skip
"""The front first, and who watches last. What makes a machine safe to be reached goes on."""


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
        OperationError: this is no lab, or what is kept under its name is of servers.
    """
    if not site.spec.in_lab:
        raise OperationError("Servers are not destroyed.", "`mainstay down` stops what Mainstay runs on them.")
    ensure_ours(site)
    report("", "destroying the lab")
    with only_operator(site):
        site.ground.dismiss(tuple(site.ground.members()))
    clear(site.folder, site.vault)


def _stop_services(site: Site, report: Report) -> None:
    plan = compile_plan(site.spec, ANY_RELEASE)
    with Workers(site.ground.reach()) as workers:
        for component in STOPPED:
            stops = {
                name: [
                    Change(component, Unit(service.unit, "stop"), f"stop {service.unit}")
                    for service in manifest.only((component,)).services
                ]
                for name, manifest in plan.manifests.items()
            }
            workers.apply(stops, {}, report)
