"""The last step of fencing needs no MySQL that answers; the gentler ones are tried on real servers."""

from mainstay.components.mysql import component
from mainstay_keeper.mysql import AUTHORITY, LocalMysql
from mainstay_keeper.process import Mysqld


class FakeMysqld(Mysqld):
    def __init__(self) -> None:
        super().__init__()
        self.killed = 0

    def kill(self) -> None:
        self.killed += 1


def test_without_time_for_gentler_means_mysql_is_killed() -> None:
    mysqld = FakeMysqld()
    assert LocalMysql(mysqld, {}, "secret").fence(0.0) == "killed"
    assert mysqld.killed == 1


def test_a_source_is_known_by_the_authority_that_is_put_there_for_mysql() -> None:
    assert AUTHORITY == component.AUTHORITY
