"""What every machine gets: bounded logs, kernel settings for servers, an SSH that takes keys only."""

from mainstay.model.component import Component, View
from mainstay.model.exposure import EVERYBODY, Exposure, Port
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.spec import Spec

JOURNALD = "/etc/systemd/journald.conf.d/mainstay.conf"
SYSCTL = "/etc/sysctl.d/60-mainstay.conf"
SSHD = "/etc/ssh/sshd_config.d/00-mainstay.conf"
"""Of two values for a setting sshd takes the first."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """SSH, through which Mainstay itself comes."""
    return Exposure(ports=(Port("ssh", spec.machines[machine.name].ssh.port, (EVERYBODY,)),))


def installs(view: View[Spec]) -> Install:
    """Three settings files, and a directory for what Mainstay keeps on the machine."""
    return Install(
        directories=(Directory("/usr/local/lib/mainstay"),),
        files=(
            File(JOURNALD, Content("journald.conf")),
            File(SYSCTL, Content("sysctl.conf")),
            File(SSHD, Content("sshd.conf"), validate="/usr/sbin/sshd -t -f {candidate}"),
        ),
        services=(
            Service("systemd-journald.service", restart_on=(JOURNALD,)),
            Service("systemd-sysctl.service", restart_on=(SYSCTL,)),
            Service("ssh.service", reload_on=(SSHD,)),
        ),
    )


BASE = Component("base", ("python3", "openssh-server", "procps"), exposes, installs)
