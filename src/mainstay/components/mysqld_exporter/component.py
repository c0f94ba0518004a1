"""mysqld_exporter: MySQL's own figures."""

from mainstay.components.mysqld_exporter.dashboard import rows
from mainstay.model.component import Component, View
from mainstay.model.exporter import GROUP, drop_in, exporter, guard_path, shown
from mainstay.model.exposure import Exposure
from mainstay.model.install import Content, File, Install
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

UNIT = "prometheus-mysqld-exporter.service"
LOGIN = "/etc/mainstay/mysqld_exporter.cnf"
PORT = 9104


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """One port, for those who monitor."""
    return shown(UNIT, PORT)


def installs(view: View[Spec]) -> Install:
    """The packaged unit, which asks the MySQL beside it by its socket; its account has no password."""
    here = view.machine
    port = view.port(here, "mysqld_exporter", "metrics").number
    command = (
        "/usr/bin/prometheus-mysqld-exporter",
        f"--config.my-cnf={LOGIN}",
        f"--web.listen-address={here.address}:{port}",
        f"--web.config.file={guard_path('mysqld_exporter')}",
        "--no-collect.info_schema.innodb_cmp",
        "--no-collect.info_schema.innodb_cmpmem",
        "--no-collect.info_schema.query_response_time",
        "--log.level=warn",
    )
    login = File(LOGIN, Content("login.cnf", {"user": GROUP}))
    program = drop_in(UNIT, command, sandbox(ProtectSystem="strict"))
    return exporter("mysqld_exporter", here, UNIT, view.peers("prometheus"), program, login)


MYSQLD_EXPORTER = Component("mysqld_exporter", ("prometheus-mysqld-exporter",), exposes, installs, rows)
