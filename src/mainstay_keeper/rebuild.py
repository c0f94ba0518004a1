"""Fills this machine's MySQL with a copy of another's; what was there is put aside, never deleted."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.process import Mysqld
from mainstay_keeper.sql import Line, MysqlError, tell

DATA = Path("/var/lib/mysql")
CLONE_SECONDS = 3600.0
START_SECONDS = 120.0
CLONE_RESTARTS = (2006, 2013, 3707)
"""Error numbers with which CLONE ends when it has succeeded: the server restarts under the connection."""

CLONE = "CLONE INSTANCE FROM 'replication'@%s:3306 IDENTIFIED BY %s REQUIRE SSL"
CLONED = "SELECT state FROM performance_schema.clone_status"


class RebuildError(Exception):
    """It was not finished; the next one begins again."""


@dataclass(frozen=True)
class Order:
    """donor: its address. errant: what this machine has and the donor never had. is_empty: there is nothing to keep."""

    donor: str
    errant: GtidSet
    is_empty: bool


def rebuild(order: Order, mysqld: Mysqld, password: str, say: Callable[[str], None]) -> None:
    """Put aside, make anew, copy.

    Raises:
        RebuildError, MysqlError, OSError: it was not finished.
    """
    if not order.is_empty:
        aside = DATA.with_name(f"{DATA.name}.aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        if order.errant:
            say(f"What only this machine has, {order.errant}, is written to {_write_out(order.errant, aside)}.")
        _put_aside(mysqld, aside)
        say(f"The data of before is kept in {aside}.")
    _wait_until("MySQL answers", _answers, START_SECONDS)
    _clone(order.donor, password)
    _wait_until("MySQL answers with the copy", _is_cloned, START_SECONDS)


def _write_out(errant: GtidSet, aside: Path) -> Path:
    """Readable for people (as comments) and for MySQL alike: the rows are there in both forms."""
    logs = sorted(str(log) for log in DATA.glob("binlog.[0-9]*"))
    target = aside.with_name(f"{aside.name}.errant.sql")
    with target.open("wb") as sink:
        target.chmod(0o600)
        subprocess.run(
            ("mysqlbinlog", "--verbose", f"--include-gtids={errant}", *logs), stdout=sink, check=True, timeout=600
        )
    return target


def _put_aside(mysqld: Mysqld, aside: Path) -> None:
    """MySQL is read-only and nobody waits for it: it may end cleanly, and is killed if it does not."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        mysqld.stop_cleanly()
    mysqld.kill()
    DATA.rename(aside)
    DATA.mkdir(mode=0o750)
    shutil.chown(DATA, "mysql", "mysql")
    mysqld.start()


def _clone(donor: str, password: str) -> None:
    line = Line(CLONE_SECONDS)
    try:
        line.ask("SET GLOBAL clone_valid_donor_list = %s", (f"{donor}:3306",))
        line.ask(CLONE, (donor, password))
    except MysqlError as error:
        if error.number not in CLONE_RESTARTS:
            raise
    finally:
        line.hang_up()


def _answers() -> bool:
    try:
        tell(1.0, "SELECT 1")
    except MysqlError:
        return False
    return True


def _is_cloned() -> bool:
    line = Line(1.0)
    try:
        return any(row["state"] == "Completed" for row in line.ask(CLONED))
    except MysqlError:
        return False
    finally:
        line.hang_up()


def _wait_until(what: str, is_so: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise RebuildError(f"{what}: not within {seconds:g} s")
        time.sleep(0.2)
