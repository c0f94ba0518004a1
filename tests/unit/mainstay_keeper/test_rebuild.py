"""A MySQL is made anew: nothing is thrown away, and nothing is taken for a copy that is none."""

import getpass
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.rebuild import Machine, Order, RebuildError, rebuild
from mainstay_keeper.sql import MysqlError
from tests.fakes.sql import Answer, FakeServer

ERRANT = GtidSet.parse("a:7-9")
WELL: Mapping[str, Answer] = {"SELECT 1": [{"one": 1}], "SELECT state": [{"state": "Completed"}]}
RESTARTS = MysqlError("the server restarts", 2013)


@dataclass
class FakeProcess:
    """`stops` is what a clean stop raises."""

    done: list[str] = field(default_factory=list)
    stops: Exception | None = None

    def start(self) -> None:
        self.done.append("start")

    def stop_cleanly(self) -> None:
        self.done.append("stop")
        if self.stops:
            raise self.stops

    def kill(self) -> None:
        self.done.append("kill")


@dataclass
class Here:
    """A machine whose data is a folder with two binary logs; mysqlbinlog prints what it is told."""

    folder: Path
    server: FakeServer
    process: FakeProcess = field(default_factory=FakeProcess)
    said: list[str] = field(default_factory=list)

    def rebuild(self, errant: GtidSet = GtidSet(), is_empty: bool = False) -> None:
        machine = Machine(
            self.process, "secret", self.said.append, self.server.connect,
            data=self.folder / "mysql", owner=getpass.getuser(), binlog="echo", patience=0.3,
        )  # fmt: skip
        rebuild(Order("10.0.0.2", errant, is_empty), machine)

    def aside(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("mysql.aside-*"))


Make = Callable[..., Here]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(**answers: Answer) -> Here:
        for name in ("binlog.000001", "binlog.000002", "binlog.index"):
            (tmp_path / "mysql").mkdir(exist_ok=True)
            (tmp_path / "mysql" / name).write_text(name)
        return Here(tmp_path, FakeServer({**WELL, **answers}))

    return made


def test_what_was_there_is_put_aside_and_the_donor_copied(make: Make) -> None:
    here = make(CLONE=RESTARTS)
    here.rebuild()
    assert here.process.done == ["stop", "kill", "start"]
    (aside,) = here.aside()
    assert (here.folder / aside / "binlog.000001").read_text() == "binlog.000001"
    assert list((here.folder / "mysql").iterdir()) == []
    assert here.server.asked[1:3] == [
        "SET GLOBAL clone_valid_donor_list = '10.0.0.2:3306'",
        "CLONE INSTANCE FROM 'replication'@'10.0.0.2':3306 IDENTIFIED BY 'secret' REQUIRE SSL",
    ]
    assert here.server.open == 0


def test_what_only_this_machine_has_is_written_out_for_people_before(make: Make) -> None:
    here = make(CLONE=RESTARTS)
    here.rebuild(ERRANT)
    aside, errant = here.aside()
    assert errant == f"{aside}.errant.sql"
    words = (here.folder / errant).read_text().split()
    assert words[:2] == ["--verbose", "--include-gtids=a:7-9"]
    assert [Path(word).name for word in words[2:]] == ["binlog.000001", "binlog.000002"]
    assert (here.folder / errant).stat().st_mode & 0o777 == 0o600


def test_of_an_empty_one_nothing_is_kept(make: Make) -> None:
    here = make(CLONE=RESTARTS)
    here.rebuild(is_empty=True)
    assert (here.process.done, here.aside()) == ([], [])


def test_one_that_does_not_end_by_itself_is_killed(make: Make) -> None:
    here = make(CLONE=RESTARTS)
    here.process.stops = subprocess.TimeoutExpired("systemctl", 30)
    here.rebuild()
    assert here.process.done == ["stop", "kill", "start"]


def test_a_copy_that_is_refused_is_no_copy(make: Make) -> None:
    here = make(CLONE=MysqlError("wrong password", 1045))
    with pytest.raises(MysqlError, match="wrong password"):
        here.rebuild()
    assert here.server.open == 0


def test_a_copy_that_failed_half_way_is_no_copy(make: Make) -> None:
    here = make(**{"CLONE": RESTARTS, "SELECT state": [{"state": "Failed"}]})
    with pytest.raises(RebuildError, match="MySQL answers with the copy"):
        here.rebuild()


def test_a_mysql_that_does_not_come_up_ends_it(make: Make) -> None:
    here = make(**{"SELECT 1": MysqlError("nobody there")})
    with pytest.raises(RebuildError, match="MySQL answers"):
        here.rebuild()
    assert not any(statement.startswith("CLONE") for statement in here.server.asked)
