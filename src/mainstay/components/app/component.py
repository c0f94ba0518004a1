"""The user's application: its releases, its environment, its service."""

from pathlib import PurePosixPath

from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.install import Bundle, Content, Directory, File, Install, Link, Service, User
from mainstay.model.machine import Machine
from mainstay.spec import Spec

USER = "mainstay-app"
ENVIRONMENT = "/etc/mainstay/app.env"
START = "/usr/local/lib/mainstay/app-start"
RUN = "/usr/local/lib/mainstay/app-run"
UNIT = "/etc/systemd/system/mainstay-app.service"
SOCKET = "/run/mainstay-app/app.sock"
PORT = 8000
KEPT_RELEASES = 5


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """For `run:` a port that only this machine's Nginx uses; else a unix socket, which is no port."""
    ports = (Port("http", PORT, open_to=("nginx",), bind="127.0.0.1"),) if spec.app.run else ()
    through_nginx = f"http://{machine.address}:8080{spec.app.health}"
    return Exposure(
        ports,
        (
            Probe("unit", "unit", "mainstay-app.service"),
            Probe("health", "http", through_nginx, host=spec.domain),
        ),
    )


def installs(view: View[Spec]) -> Install:
    """The release, made current; its environment; the unit that runs it."""
    home = PurePosixPath(f"/srv/{view.spec.name}")
    release = str(home / "releases" / view.release)
    variables = {
        "app": view.spec.app,
        "release": release,
        "source": str(PurePosixPath(release) / "project" / view.spec.app.source),
        "socket": SOCKET,
        "environment": _environment(view),
    }
    return Install(
        users=(User(USER),),
        directories=(Directory(str(home)), Directory(str(home / "releases"))),
        bundles=(Bundle(release, view.release, keep=KEPT_RELEASES),),
        files=(
            File(ENVIRONMENT, Content("app.env", variables), mode="600"),
            File(RUN, Content("app-run", variables), mode="755"),
            File(START, Content("app-start", variables), mode="755"),
            File(UNIT, Content("mainstay-app.service", variables)),
        ),
        links=(Link(str(home / "current"), release),),
        services=(Service("mainstay-app.service", restart_on=(ENVIRONMENT, RUN, START, UNIT)),),
    )


def _environment(view: View[Spec]) -> dict[str, str]:
    """What the application meets (see the file's reference), the user's own `env:` last."""
    given = {
        "PORT": str(PORT),
        "MAINSTAY_SERVER": view.machine.name,
        "MAINSTAY_RELEASE": view.release,
        **_database_urls(view),
    }
    return {**given, **view.spec.app.env}


def _database_urls(view: View[Spec]) -> dict[str, str]:
    if not view.spec.running("database"):
        return {}
    schema = view.spec.name.replace("-", "_")
    urls = {}
    for variable, port_name, account in (
        ("DATABASE_URL", "primary", "application"),
        ("DATABASE_REPLICA_URL", "replicas", "reader"),
    ):
        port = view.port(view.machine, "haproxy", port_name)
        password = f"${{secret:database-{account}}}"
        urls[variable] = f"mysql://{account}:{password}@{port.bind}:{port.number}/{schema}"
    return urls


APP = Component("app", ("python3",), exposes, installs)
