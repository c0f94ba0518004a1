"""What every machine gets: bounded logs, kernel settings for servers."""

from mainstay.model.component import Component, View
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.spec import Spec

JOURNALD = "/etc/systemd/journald.conf.d/mainstay.conf"
SYSCTL = "/etc/sysctl.d/60-mainstay.conf"


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """SSH, through which Mainstay itself comes."""
    return Exposure(ports=(Port("ssh", spec.machines[machine.name].ssh.port, (EVERYBODY,)),))


def installs(view: View[Spec]) -> Install:
    """Two settings files, and a directory for what Mainstay keeps on the machine."""
    return Install(
        directories=(Directory("/usr/local/lib/mainstay"),),
        files=(File(JOURNALD, Content("journald.conf")), File(SYSCTL, Content("sysctl.conf"))),
        services=(
            Service("systemd-journald.service", restart_on=(JOURNALD,)),
            Service("systemd-sysctl.service", restart_on=(SYSCTL,)),
        ),
    )


BASE = Component("base", ("python3", "openssh-server", "procps"), exposes, installs)
