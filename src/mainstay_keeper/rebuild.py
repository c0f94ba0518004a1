"""Fills this machine's MySQL with a copy of another's; what was there is put aside, never deleted."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.sql import Connect, Line, MysqlError, Row

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


class Process(Protocol):
    """What runs MySQL: see `process.Mysqld`."""

    def start(self) -> None:
        """Ask for it."""

    def stop_cleanly(self) -> None:
        """Let it end by itself; may raise subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """SIGKILL."""


@dataclass(frozen=True)
class Machine:
    """What a rebuild works on. password: the replication account's. binlog: the program that reads the binary log."""

    mysqld: Process
    password: str
    say: Callable[[str], None]
    connect: Connect = Line
    data: Path = DATA
    owner: str = "mysql"
    binlog: str = "mysqlbinlog"
    patience: float = START_SECONDS


def rebuild(order: Order, here: Machine) -> None:
    """Put aside, make anew, copy.

    Raises:
        RebuildError, MysqlError, OSError, subprocess.SubprocessError: it was not finished.
    """
    if not order.is_empty:
        aside = here.data.with_name(f"{here.data.name}.aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        if order.errant:
            where = _write_out(order.errant, aside, here)
            here.say(f"What only this machine has, {order.errant}, is written to {where}.")
        _put_aside(aside, here)
        here.say(f"The data of before is kept in {aside}.")
    _wait_until("MySQL answers", lambda: bool(_asked("SELECT 1 AS one", here)), here.patience)
    _clone(order.donor, here)
    _wait_until("MySQL answers with the copy", lambda: _is_cloned(here), here.patience)


def _write_out(errant: GtidSet, aside: Path, here: Machine) -> Path:
    """Readable for people (as comments) and for MySQL alike: the rows are there in both forms."""
    logs = sorted(str(log) for log in here.data.glob("binlog.[0-9]*"))
    target = aside.with_name(f"{aside.name}.errant.sql")
    with target.open("wb") as sink:
        target.chmod(0o600)
        order = (here.binlog, "--verbose", f"--include-gtids={errant}", *logs)
        subprocess.run(order, stdout=sink, check=True, timeout=600)
    return target


def _put_aside(aside: Path, here: Machine) -> None:
    """MySQL is read-only and nobody waits for it: it may end cleanly, and is killed if it does not."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        here.mysqld.stop_cleanly()
    here.mysqld.kill()
    here.data.rename(aside)
    here.data.mkdir(mode=0o750)
    shutil.chown(here.data, here.owner, here.owner)
    here.mysqld.start()


def _clone(donor: str, here: Machine) -> None:
    line = here.connect(CLONE_SECONDS)
    try:
        line.ask("SET GLOBAL clone_valid_donor_list = %s", (f"{donor}:3306",))
        line.ask(CLONE, (donor, here.password))
    except MysqlError as error:
        if error.number not in CLONE_RESTARTS:
            raise
    finally:
        line.hang_up()


def _is_cloned(here: Machine) -> bool:
    return any(row["state"] == "Completed" for row in _asked(CLONED, here))


def _asked(statement: str, here: Machine) -> Sequence[Row]:
    """The rows, none while it does not answer."""
    line = here.connect(1.0)
    try:
        return line.ask(statement)
    except MysqlError:
        return ()
    finally:
        line.hang_up()


def _wait_until(what: str, is_so: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise RebuildError(f"{what}: not within {seconds:g} s")
        time.sleep(0.2)
