"""The program that carries MySQL's slow statements into the journal, and the settings it goes with."""

from collections.abc import Iterator
from io import SEEK_END
from pathlib import Path
from typing import Any

import pytest

from mainstay.model.install import Directory, Service, User
from tests.builders import a_site, machines_that_run
from tests.unit.components.templates import as_module
from tests.vocabulary import installed, lines_of, lines_with

CONFIG = "/etc/mysql/mysql.conf.d/zz-mainstay.cnf"
UNIT = "/etc/systemd/system/mainstay-mysql-slow.service"
PROGRAM = "/usr/local/lib/mainstay/mysql-slow"
FILE = "/var/log/mysql/slow/statements.log"
AS_MYSQL = "/usr/bin/setpriv --reuid=mysql --regid=mysql --clear-groups"
MANUAL = a_site(machines=machines_that_run(srv_01="balancer web app database"))
AUTOMATIC = a_site(
    machines=machines_that_run(srv_01="balancer web app database", srv_02="database", srv_03="witness"),
    database={"failover": "automatic"},
)

BANNER = """\
/usr/sbin/mysqld, Version: 9.7.4 (Debian). started with:
Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock
Time                 Id Command    Argument
"""
FIRST = """\
# Time: 2026-11-24T03:10:12.641002Z
# User@Host: application[application] @  [10.77.0.3]  Id:    42
# Query_time: 0.612345  Lock_time: 0.000004 Rows_sent: 1  Rows_examined: 900000 Thread_id: 42 Errno: 0 Killed: 0
use shop;
SET timestamp=1795489812;
/* request_id=73cd246c-0a6c */ SELECT count(*)
\tFROM entries
  WHERE message LIKE '%a;%';
"""
FIRST_SAID = (
    "Time: 2026-11-24T03:10:12.641002Z "
    "User@Host: application[application] @  [10.77.0.3]  Id:    42 "
    "Query_time: 0.612345  Lock_time: 0.000004 Rows_sent: 1  Rows_examined: 900000 Thread_id: 42 Errno: 0 Killed: 0 "
    "use shop; SET timestamp=1795489812; "
    "/* request_id=73cd246c-0a6c */ SELECT count(*) FROM entries   WHERE message LIKE '%a;%';"
)
SECOND = """\
# Time: 2026-11-24T03:10:14.000001Z
# User@Host: application[application] @  [10.77.0.3]  Id:    43
# Query_time: 1.000321  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0
SET timestamp=1795489813;
# administrator command: Ping;
"""
SECOND_SAID = (
    "Time: 2026-11-24T03:10:14.000001Z "
    "User@Host: application[application] @  [10.77.0.3]  Id:    43 "
    "Query_time: 1.000321  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 0 "
    "SET timestamp=1795489813; administrator command: Ping;"
)


class Later:
    """What happens to the file while the program pauses, one step each time."""

    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)

    def __call__(self) -> None:
        self.steps.pop(0)()


@pytest.fixture(scope="module")
def program() -> Any:
    """The program as a module, as it lies in the component's templates."""
    return as_module("mysql", "slow.py")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file as MySQL has just made it."""
    path = tmp_path / "statements.log"
    path.write_text(BANNER)
    return path


def written(log: Path, text: str) -> Any:
    """A step at which MySQL writes to the file, at its end."""

    def write() -> None:
        with log.open("a") as file:
            file.seek(0, SEEK_END)
            file.write(text)

    return write


def said(program: Any, log: Path, *steps: Any) -> Iterator[str]:
    """What is said of the file while this happens to it; it is emptied at the end, at which the program ends."""
    lines: Iterator[str] = program.records(program.pieces(log, Later(*steps, lambda: log.write_text(""))))
    return lines


def test_each_record_is_one_line(program: Any, log: Path) -> None:
    written(log, FIRST + SECOND)()
    assert list(said(program, log)) == [FIRST_SAID, SECOND_SAID]


def test_a_record_is_said_as_soon_as_it_is_whole(program: Any, log: Path) -> None:
    middle = FIRST.index("FROM") + 2
    lines = said(program, log, written(log, FIRST[:middle]), written(log, FIRST[middle:]), written(log, SECOND))
    assert next(lines) == FIRST_SAID
    assert log.read_text() == BANNER + FIRST
    assert list(lines) == [SECOND_SAID]


def test_the_words_with_which_mysql_starts_are_part_of_no_record(program: Any, log: Path) -> None:
    written(log, FIRST.removesuffix(";\n") + "\n" + BANNER + SECOND)()
    assert list(said(program, log)) == [FIRST_SAID.removesuffix(";"), SECOND_SAID]


def test_the_rest_of_a_record_that_was_cut_off_is_passed_over(program: Any, log: Path) -> None:
    log.write_text(FIRST[FIRST.index("use") :] + SECOND)
    assert list(said(program, log)) == [SECOND_SAID]


def test_a_long_statement_is_cut_off_and_what_follows_is_not(program: Any, log: Path) -> None:
    long = FIRST.replace("count(*)", "'" + "a" * 3 * program.LONGEST + "'")
    written(log, long + SECOND)()
    first, second = said(program, log)
    assert "/* request_id=73cd246c-0a6c */" in first
    assert 0.9 * program.LONGEST < len(first) <= program.LONGEST
    assert second == SECOND_SAID


def test_signs_that_the_journal_would_not_show_are_blanks(program: Any, log: Path) -> None:
    written(log, SECOND.replace("Ping", "Pi\x1b[31mng\x9b").replace("Z", "\u00e9"))()
    (line,) = said(program, log)
    assert line.endswith("Pi [31mng ;")
    assert line.startswith("Time: 2026-11-24T03:10:14.000001\u00e9 ")


def test_it_ends_when_another_file_bears_the_name(program: Any, log: Path) -> None:
    pauses: list[str] = []

    def replaced() -> None:
        pauses.append("replaced")
        log.rename(log.with_suffix(".1"))
        log.write_text(BANNER)

    assert list(program.pieces(log, replaced)) == [*BANNER.splitlines(keepends=True), "", ""]
    assert pauses == ["replaced"]


def test_it_ends_when_the_file_is_large_and_all_of_it_has_been_said(program: Any, log: Path) -> None:
    with log.open("a") as file:
        file.writelines([FIRST] * (program.LARGE // len(FIRST) + 1))
        file.write(SECOND)
    pauses: list[str] = []
    *_, last = program.records(program.pieces(log, lambda: pauses.append("paused")))
    assert (last, pauses) == (SECOND_SAID, [])


@pytest.mark.parametrize("site", [MANUAL, AUTOMATIC], ids=["manual", "automatic"])
def test_a_program_of_its_own_carries_what_mysql_writes(site: Any) -> None:
    mysql = installed(site, "mysql")
    assert lines_with("slow_query_log_file", mysql, CONFIG) == [f"slow_query_log_file = {FILE}"]
    assert lines_with("long_query_time", mysql, CONFIG) == ["long_query_time = 0.5"]
    assert [line for line in lines_of(mysql, UNIT) if line.endswith(FILE)] == [
        f"ExecStartPre=+{AS_MYSQL} /usr/bin/truncate --no-create --size=0 {FILE}",
        f"ExecStart=/usr/bin/python3 {PROGRAM} {FILE}",
    ]
    assert Service("mainstay-mysql-slow.service", (PROGRAM, UNIT)) in mysql.services


def test_the_log_is_for_those_who_may_read_logs_and_outside_of_the_data() -> None:
    mysql = installed(MANUAL, "mysql")
    assert Directory("/var/log/mysql/slow", "mysql", "adm", "2750") in mysql.directories
    assert User("mainstay-slow") in mysql.users
    assert {"User=mainstay-slow", "SupplementaryGroups=adm", "PrivateNetwork=yes"} <= {*lines_of(mysql, UNIT)}
