"""MySQL: one primary, replicas that follow it, and a small answerer that says which is which."""

import zlib

from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service, User
from mainstay.model.machine import Machine
from mainstay.spec import Spec

CONFIG = "/etc/mysql/mysql.conf.d/zz-mainstay.cnf"
LOGIN = "/etc/mysql/mainstay-login.sql"
INITIALISE = "/usr/local/lib/mainstay/mysql-initialise"
DROP_IN = "/etc/systemd/system/mysql.service.d/mainstay.conf"
ROLE_PROGRAM = "/usr/local/lib/mainstay/mysql-role"
ROLE_UNIT = "/etc/systemd/system/mainstay-mysql-role.service"
ROLE_USER = "mainstay-role"
ROLE_PORT = 8008
LIMITS = Limits(killed=2.0, stopped=2.0, frozen=9.0)
"""What a database with a failover of its own is to keep; with `failover: manual` it cannot."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """MySQL for the applications and the other databases; the answerer for whoever routes to it."""
    return Exposure(
        ports=(Port("mysql", 3306, open_to=("haproxy", "mysql")), Port("role", ROLE_PORT, open_to=("haproxy",))),
        probes=(
            Probe("unit", "unit", "mysql.service"),
            Probe("answers", "http", f"http://{machine.address}:{ROLE_PORT}/health"),
        ),
        faults=process_faults("database", "mysqld", "mysql.service", LIMITS),
    )


def installs(view: View[Spec]) -> Install:
    """The server's settings and first start, and the answerer."""
    variables = {
        "address": view.machine.address,
        "name": view.machine.name,
        "server_id": 1 + zlib.crc32(view.machine.name.encode()) % (2**32 - 1),
        "buffer_pool": view.spec.lab.buffer_pool if view.spec.in_lab else view.spec.database.buffer_pool,
        "in_lab": view.spec.in_lab,
        "port": ROLE_PORT,
        "peers": [
            f"{m.address}:{view.port(m, 'mysql', 'role').number}" for m in view.peers("mysql") if m != view.machine
        ],
    }
    validate = "mysqld --defaults-file={candidate} --user=mysql --validate-config"
    return Install(
        users=(User(ROLE_USER),),
        directories=(Directory("/var/lib/mysql", "mysql", "mysql", "750"),),
        files=(
            File(CONFIG, Content("mysqld.cnf", variables), validate=validate),
            File(LOGIN, Content("login.sql", variables)),
            File(INITIALISE, Content("initialise"), mode="755"),
            File(DROP_IN, Content("mysql.service.conf")),
            File(ROLE_PROGRAM, Content("role.py"), mode="755"),
            File(ROLE_UNIT, Content("mainstay-mysql-role.service", variables)),
        ),
        services=(
            Service("mysql.service", restart_on=(CONFIG, LOGIN, INITIALISE, DROP_IN)),
            Service("mainstay-mysql-role.service", restart_on=(ROLE_PROGRAM, ROLE_UNIT)),
        ),
    )


MYSQL = Component("mysql", ("mysql-server", "python3-pymysql"), exposes, installs)
