"""The program that carries Nginx's log into the journal, and the settings it goes with."""

from typing import Any

import pytest

from mainstay.model.install import Service
from tests.builders import a_site
from tests.unit.components.templates import as_module
from tests.vocabulary import file_of, installed, lines_of

CONFIG = "/etc/nginx/nginx.conf"
PROGRAM = "/usr/local/lib/mainstay/nginx-log"
SOCKET_UNIT, UNIT = (f"/etc/systemd/system/mainstay-nginx-log.{kind}" for kind in ("socket", "service"))


@pytest.fixture(scope="module")
def program() -> Any:
    """The program as a module, as it lies in the component's templates."""
    return as_module("nginx", "log.py")


@pytest.mark.parametrize(
    ("datagram", "said"),
    [
        (b'<190>Dec  1 04:03:07 nginx: {"status":200}', b'<6>{"status":200}\n'),
        (
            b"<187>Nov 30 23:59:59 nginx: 2026/11/30 23:59:59 [error] 7#7: no\n",
            b"<3>2026/11/30 23:59:59 [error] 7#7: no\n",
        ),
        (b'<190>Dec 11 04:03:07 nginx: {"agent":"<6>nginx: x"}', b'<6>{"agent":"<6>nginx: x"}\n'),
        (b"something else", b"something else\n"),
        (b"", b"\n"),
    ],
)
def test_of_what_comes_before_a_line_its_severity_is_kept(program: Any, datagram: bytes, said: bytes) -> None:
    assert program.line(datagram) == said


def test_who_carries_the_log_is_there_before_nginx_writes_to_it() -> None:
    nginx = installed(a_site(), "nginx")
    assert nginx.services[:2] == (
        Service("mainstay-nginx-log.socket", restart_on=(SOCKET_UNIT,)),
        Service("mainstay-nginx-log.service", restart_on=(UNIT, PROGRAM)),
    )
    assert nginx.services[2].unit == "nginx.service"
    assert {"ListenDatagram=/run/mainstay-nginx-log", "SocketUser=www-data"} <= {*lines_of(nginx, SOCKET_UNIT)}
    assert f"ExecStart=/usr/bin/python3 {PROGRAM}" in lines_of(nginx, UNIT)
    assert file_of(nginx, PROGRAM).mode == "755"


def test_all_that_nginx_says_goes_there() -> None:
    said = [line for line in lines_of(installed(a_site(), "nginx"), CONFIG) if "syslog:" in line]
    assert [line.split(",")[0] for line in said] == [
        "error_log syslog:server=unix:/run/mainstay-nginx-log",
        "access_log syslog:server=unix:/run/mainstay-nginx-log",
    ]
