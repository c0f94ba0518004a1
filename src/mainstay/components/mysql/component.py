"""MySQL: one primary, replicas that follow it, and a small answerer that says which is which."""

import zlib
from dataclasses import replace

from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service, User
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "mysql.service"
CONFIG = "/etc/mysql/mysql.conf.d/zz-mainstay.cnf"
LOGIN = "/etc/mysql/mainstay-login.sql"
INITIALISE = "/usr/local/lib/mainstay/mysql-initialise"
DROP_IN = "/etc/systemd/system/mysql.service.d/mainstay.conf"
AUTHORITY, IDENTITY = "/etc/mysql/mainstay-authority.pem", "/etc/mysql/mainstay-identity.pem"
"""Where Debian's AppArmor profile lets MySQL read."""

RENEWED = "mainstay-mysql-certificate.path"
RENEWED_FILE = f"/etc/systemd/system/{RENEWED}"
RENEWAL_FILE = "/etc/systemd/system/mainstay-mysql-certificate.service"
ROLE_PROGRAM = "/usr/local/lib/mainstay/mysql-role"
ROLE_UNIT = "/etc/systemd/system/mainstay-mysql-role.service"
ROLE_USER = "mainstay-role"
ROLE_PORT = 8008
SLOW_FOLDER = "/var/log/mysql/slow"
SLOW_STATEMENTS = f"{SLOW_FOLDER}/statements.log"
"""In a folder of its own, which the package's logrotate leaves alone, and within what AppArmor lets MySQL write."""

SLOW_PROGRAM = "/usr/local/lib/mainstay/mysql-slow"
SLOW_UNIT = "mainstay-mysql-slow.service"
SLOW_UNIT_FILE = f"/etc/systemd/system/{SLOW_UNIT}"
SLOW_USER = "mainstay-slow"
SLOW_SANDBOX = sandbox(("AF_UNIX",), ProtectSystem="strict", PrivateNetwork="yes")
RENEWAL_SANDBOX = sandbox(("AF_UNIX",), ProtectSystem="strict")
ALERTS = ("MySQLDown", "MySQLNoPrimary", "MySQLRestarted")
"""With a failover of its own one that stands still is ended and started again, sooner than it is found to be down."""

LIMITS = Limits(killed=2.0, stopped=2.0, frozen=9.0)
"""What a database with a failover of its own is to keep; with `failover: manual` it cannot."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """MySQL for the applications and the other databases; the answerer for whoever routes to it."""
    mysql = Port("mysql", 3306, open_to=("app", "mysql"))
    unit = Probe("unit", "unit", UNIT)
    faults = process_faults("database", "mysqld", UNIT, ALERTS, LIMITS)
    if spec.is_failover_automatic:
        return Exposure((mysql,), (unit,), faults)  # the keeper says who is primary
    role = Port("role", ROLE_PORT, open_to=("app", "mysql"))
    answers = Probe("answers", "http", f"http://{machine.address}:{ROLE_PORT}/health")
    return Exposure((mysql, role), (unit, answers), faults)


def installs(view: View[Spec]) -> Install:
    """The server's settings and first start; with `failover: manual` its service and the answerer, too."""
    is_automatic = view.spec.is_failover_automatic
    server = Install(
        users=(User(SLOW_USER),),
        directories=(
            Directory("/var/lib/mysql", "mysql", "mysql", "750"),
            # The group is handed down to MySQL's file: those may read it who may read logs, as with the package's own.
            Directory(SLOW_FOLDER, "mysql", "adm", "2750"),
        ),
        files=(*_certificates(view.machine), *_settings(view), *_slow_statements()),
        services=(
            Service(UNIT, (CONFIG, LOGIN, INITIALISE, DROP_IN), is_kept_elsewhere=is_automatic),
            Service(RENEWED, restart_on=(RENEWED_FILE, RENEWAL_FILE)),
            Service(SLOW_UNIT, restart_on=(SLOW_PROGRAM, SLOW_UNIT_FILE)),
        ),
    )
    return server if is_automatic else _with_services(server, view)


def _settings(view: View[Spec]) -> tuple[File, ...]:
    """What the server starts with."""
    variables = {
        "address": view.machine.address,
        "name": view.machine.name,
        "server_id": 1 + zlib.crc32(view.machine.name.encode()) % (2**32 - 1),
        "buffer_pool": view.spec.lab.buffer_pool if view.spec.in_lab else view.spec.database.buffer_pool,
        "in_lab": view.spec.in_lab,
        "is_automatic": view.spec.is_failover_automatic,
        "sandbox": sandbox(capabilities=("CAP_SYS_NICE",)),
        "authority": AUTHORITY,
        "identity": IDENTITY,
        "slow_statements": SLOW_STATEMENTS,
    }
    validate = "mysqld --defaults-file={candidate} --user=mysql --validate-config"
    return (
        File(CONFIG, Content("mysqld.cnf", variables), validate=validate),
        File(LOGIN, Content("login.sql", variables)),
        File(INITIALISE, Content("initialise"), mode="755"),
        File(DROP_IN, Content("mysql.service.conf", variables)),
    )


def _certificates(here: Machine) -> tuple[File, ...]:
    """By whom others are known, by what this server is, and what has MySQL read them anew."""
    return (
        File(AUTHORITY, certificate.AUTHORITY),
        replace(certificate.issued("mysql", here, group="mysql"), path=IDENTITY),
        File(RENEWAL_FILE, Content("mainstay-mysql-certificate.service", {"sandbox": RENEWAL_SANDBOX})),
        File(RENEWED_FILE, Content(RENEWED, {"authority": AUTHORITY, "identity": IDENTITY})),
    )


def _slow_statements() -> tuple[File, ...]:
    """What carries the slow-query log into the journal."""
    variables = {"program": SLOW_PROGRAM, "file": SLOW_STATEMENTS, "sandbox": SLOW_SANDBOX}
    return (
        File(SLOW_PROGRAM, Content("slow.py"), mode="755"),
        File(SLOW_UNIT_FILE, Content(SLOW_UNIT, variables)),
    )


def _with_services(server: Install, view: View[Spec]) -> Install:
    """Where no keeper starts the server and says what it is."""
    here = view.machine
    peers = [f"{m.address}:{view.port(m, 'mysql', 'role').number}" for m in view.peers("mysql") if m != here]
    variables = {"address": here.address, "port": ROLE_PORT, "peers": peers, "sandbox": sandbox(ProtectSystem="strict")}
    return replace(
        server,
        users=(*server.users, User(ROLE_USER)),
        files=(
            *server.files,
            File(ROLE_PROGRAM, Content("role.py"), mode="755"),
            File(ROLE_UNIT, Content("mainstay-mysql-role.service", variables)),
        ),
        services=(
            *server.services,
            Service("mainstay-mysql-role.service", restart_on=(ROLE_PROGRAM, ROLE_UNIT)),
        ),
    )


MYSQL = Component("mysql", ("mysql-server", "python3-pymysql"), exposes, installs)
