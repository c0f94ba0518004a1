"""The user's application: its releases, its environment, its service."""

from typing import Any

from mainstay.components.app.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Bundle, Content, Directory, File, Install, Link, Service, User
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.app import SECRET

USER = "mainstay-app"
UNIT = "/etc/systemd/system/mainstay-app.service"
SOCKET = "/run/mainstay-app.sock"
SOCKET_UNIT = "/etc/systemd/system/mainstay-app.socket"
PORT = 8000
FIGURES = 9114
PURPOSE = "app"
KEPT_RELEASES = 5
THREADS = 40
"""Per worker: threads that wait for a database must not keep the health check waiting.

With eight, a replica that stalled for three seconds took the whole site away for 2.4 s: half of the reads and every
COMMIT waited for a second, and with all threads in them the one server that was well failed its checks, too. Half of
these are enough for the rest, so that an application may let twenty writes wait, as the guestbook does.
"""

# Whatever the user's program is: some compile as they run.
SANDBOX = sandbox(without=("MemoryDenyWriteExecute",), ProtectSystem="strict", ProtectProc="invisible", RemoveIPC="yes")


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """For `run:` a port that only this machine's Nginx uses; else a unix socket, which is no port.

    What it shows to those who monitor it shows by the Nginx beside it, which asks for their certificate.
    """
    ports = (Port("http", PORT, open_to=("nginx",), bind="127.0.0.1"),) if spec.app.run else ()
    path = spec.app.metrics if spec.monitoring else None
    figures = (Port("figures", FIGURES, open_to=("prometheus",)),) if path else ()
    health = f"http://127.0.0.1:{PORT}{spec.app.health}" if spec.app.run else f"unix:{SOCKET}:{spec.app.health}"
    return Exposure(
        ports + figures,
        (
            Probe("unit", "unit", "mainstay-app.service"),
            Probe("health", "http", health, host=spec.domain),
        ),
        process_faults("server", "app", "mainstay-app.service", ("ApplicationDown", "ServerDown")),
        metrics=(Metrics("figures", path),) if path else (),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """The release, how it is run, and the unit that does.

    What belongs to a release bears its name, so that it can be put in place, and its release command run, while the one
    before it goes on serving, and is started again as it was should it end.
    """
    home = f"/srv/{view.spec.name}"
    release = f"{home}/releases/{view.release}"
    variables = _variables(view, release)
    environment = File(f"{release}.environment", Content("environment", variables), mode="600")
    run = File(f"{release}.run", Content("run", variables), mode="755")
    start = File(f"{release}.start", Content("start", variables), mode="755")
    unit = File(UNIT, Content("mainstay-app.service", variables))
    listening, socket_service = _socket(view.spec, variables)
    trusted = (certificate.trusted(PURPOSE),) if view.spec.running("database") else ()
    inputs = (*trusted, environment, run, start, unit)
    return Install(
        users=(User(USER),),
        directories=(
            Directory(home),
            Directory(f"{home}/releases"),
            *((certificate.folder(PURPOSE),) if trusted else ()),
        ),
        bundles=(Bundle(release, view.release, keep=KEPT_RELEASES),),
        files=(*inputs, *listening),
        links=(
            Link(f"{home}/current", release),
            Link(f"{home}/current.environment", environment.path),
            Link(f"{home}/current.run", run.path),
        ),
        services=(*socket_service, Service("mainstay-app.service", restart_on=tuple(file.path for file in inputs))),
    )


def _variables(view: View[Spec], release: str) -> dict[str, Any]:
    """What the templates are rendered with; beside a release lie its environment, its way to be run, and its start."""
    return {
        "app": view.spec.app,
        "release": release,
        "source": f"{release}/project/{view.spec.app.source}",
        "socket": SOCKET,
        "threads": view.spec.app.threads or THREADS,
        "environment": _environment(view),
        "leaves": len(view.peers("nginx")) > 1,
        "sandbox": SANDBOX,
    }


def _socket(spec: Spec, variables: dict[str, Any]) -> tuple[tuple[File, ...], tuple[Service, ...]]:
    """The socket that systemd holds open while the application restarts; `run:` programs listen by themselves."""
    if spec.app.run:
        return (), ()
    unit = File(SOCKET_UNIT, Content("mainstay-app.socket", variables))
    return (unit,), (Service("mainstay-app.socket", restart_on=(SOCKET_UNIT,)),)


def _environment(view: View[Spec]) -> dict[str, str]:
    """What the application meets (see the file's reference), the user's own `env:` last."""
    given = {
        "PORT": str(PORT),
        "MAINSTAY_SERVER": view.machine.name,
        "MAINSTAY_RELEASE": view.release,
        **_database(view),
    }
    return {**given, **{name: SECRET.sub(r"${own:\1}", value) for name, value in view.spec.app.env.items()}}


def _database(view: View[Spec]) -> dict[str, str]:
    if not view.spec.running("database"):
        return {}
    schema = view.spec.name.replace("-", "_")
    given = {"DATABASE_CA": certificate.authority_path(PURPOSE)}
    for variable, port_name, account in (
        ("DATABASE_URL", "primary", "application"),
        ("DATABASE_REPLICA_URL", "replicas", "reader"),
    ):
        port = view.port(view.machine, "haproxy", port_name)
        password = f"${{secret:database-{account}}}"
        given[variable] = f"mysql://{account}:{password}@{port.bind}:{port.number}/{schema}"
    return given


APP = Component("app", ("python3",), exposes, installs, rows)
