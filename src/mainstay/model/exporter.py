"""A program that shows figures: by TLS, to the machines that monitor; and how each such program is installed."""

from collections.abc import Sequence

from mainstay.model import certificate
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.install import File, Install, Service
from mainstay.model.machine import Machine

GROUP = "prometheus"
"""The group, and the user, under which Debian's packages run all of these programs."""


FIGURES = "/var/lib/mainstay-figures"
"""Where programs that run now and then leave their figures, in files `*.prom`, for node_exporter to show."""


def shown(unit: str, number: int) -> Exposure:
    """What such a program exposes: one port, for those who monitor; its alerts are about what it shows."""
    return Exposure(
        (Port("metrics", number, open_to=("prometheus",)),),
        (Probe("unit", "unit", unit),),
        metrics=(Metrics("metrics"),),
        has_alerts=True,
    )


def guard_path(name: str) -> str:
    """Where the settings of a program's web server lie."""
    return f"{certificate.folder(name).path}/web.yml"


def guard(name: str, askers: Sequence[Machine]) -> File:
    """The settings of its web server: TLS, and only whoever shows the certificate of a machine that may ask.

    The format is that of Prometheus' exporter-toolkit, which reads certificates anew for each connection.
    """
    authority, identity = certificate.authority_path(name), certificate.identity_path(name)
    lines = (
        "# Written by Mainstay: by TLS, to machines of the site that monitor.",
        "tls_server_config:",
        f"  cert_file: {identity}",
        f"  key_file: {identity}",
        "  client_auth_type: RequireAndVerifyClientCert",
        f"  client_ca_file: {authority}",
        "  min_version: TLS13",
        f"  client_allowed_sans: [{', '.join(machine.address for machine in askers)}]",
    )
    return File(guard_path(name), "\n".join(lines) + "\n")


def drop_in_path(unit: str) -> str:
    """Where our settings of a packaged unit lie."""
    return f"/etc/systemd/system/{unit}.d/mainstay.conf"


def drop_in(unit: str, command: Sequence[str], sandbox: str) -> File:
    """The packaged unit with another command, started again whenever it ends."""
    lines = (
        "# Written by Mainstay: the packaged unit with our settings, started again whenever it ends.",
        "[Unit]",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "EnvironmentFile=",
        "ExecStart=",
        "ExecStart=" + " \\\n    ".join(command),
        "Restart=always",
        "RestartSec=1s",
        "# A site comes before its figures.",
        "OOMScoreAdjust=500",
        "",
        sandbox,
    )
    return File(drop_in_path(unit), "\n".join(lines) + "\n")


def exporter(name: str, here: Machine, unit: str, askers: Sequence[Machine], program: File, *also: File) -> Install:
    """The whole of a program that only shows figures; `program` is its drop-in, `also` what else it reads."""
    web = guard(name, askers)
    return Install(
        directories=(certificate.folder(name),),
        files=(*certificate.files(name, here, group=GROUP), web, *also, program),
        services=(Service(unit, restart_on=(web.path, program.path, *(file.path for file in also))),),
    )
