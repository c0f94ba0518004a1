"""node_exporter: figures of the machine itself, and of the units that the other components watch on it."""

from dataclasses import replace

from mainstay.components.node_exporter.dashboard import rows
from mainstay.model.component import Component, View
from mainstay.model.exporter import FIGURES, drop_in, exporter, guard_path, shown
from mainstay.model.exposure import Exposure
from mainstay.model.install import Directory, Install
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "prometheus-node-exporter.service"
PORT = 9100
COLLECTORS = (
    "cpu", "diskstats", "filesystem", "loadavg", "meminfo", "netdev", "netstat", "pressure", "stat", "systemd",
    "textfile", "time", "uname", "vmstat",
)  # fmt: skip
"""What rules and dashboards ask for; all of them would cost several times as much processor time."""

NO_DISKS = (
    "autofs", "binfmt_misc", "bpf", "cgroup2?", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "erofs",
    "fusectl", "hugetlbfs", "iso9660", "mqueue", "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs",
    "squashfs", "sysfs", "tmpfs", "tracefs",
)  # fmt: skip
"""What never fills with data. Its own list leaves out overlays as well, which a lab's machines stand on."""

SANDBOX = sandbox(("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"), ProtectSystem="strict", ProtectHome="read-only")


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """One port, for those who monitor."""
    return shown(UNIT, PORT)


def installs(view: View[Spec]) -> Install:
    """The packaged unit, with those collectors only that somebody asks for."""
    here = view.machine
    port = view.port(here, "node_exporter", "metrics").number
    command = (
        "/usr/bin/prometheus-node-exporter",
        f"--web.listen-address={here.address}:{port}",
        f"--web.config.file={guard_path('node_exporter')}",
        "--web.disable-exporter-metrics",
        "--collector.disable-defaults",
        *(f"--collector.{name}" for name in COLLECTORS),
        f"--collector.filesystem.fs-types-exclude=^({'|'.join(NO_DISKS)})$$",
        f"--collector.systemd.unit-include={watched(view)}",
        "--collector.systemd.enable-restarts-metrics",
        "--collector.systemd.enable-start-time-metrics",
        "--collector.netdev.address-info",
        f"--collector.textfile.directory={FIGURES}",
        "--log.level=warn",
    )
    program = drop_in(UNIT, command, SANDBOX)
    part = exporter("node_exporter", here, UNIT, view.peers("prometheus"), program)
    return replace(part, directories=(*part.directories, Directory(FIGURES)))


def watched(view: View[Spec]) -> str:
    """The units of this machine that some component probes, as a regular expression."""
    units = {
        probe.target
        for instance, exposure in view.exposures.items()
        if instance.machine == view.machine
        for probe in exposure.probes
        if probe.kind == "unit"
    }
    return "|".join(sorted(units))


NODE_EXPORTER = Component("node_exporter", ("prometheus-node-exporter", "dbus"), exposes, installs, rows)
