"""The process of mysqld, with a systemctl that a test writes, and real processes."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay_keeper.process import Mysqld

TOLD = 'echo "$@" >> {log}; echo ActiveState={state}; echo MainPID={pid}\n'


class Systemctl:
    """Says of the unit what it is set to, and notes how it was called."""

    def __init__(self, folder: Path) -> None:
        self.program, self.log = folder / "systemctl", folder / "log"
        self.log.touch()
        self.says("inactive", 0)

    def says(self, state: str, pid: int) -> None:
        self.program.write_text("#!/bin/sh\n" + TOLD.format(log=self.log, state=state, pid=pid))
        self.program.chmod(0o755)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def systemctl(tmp_path: Path) -> Systemctl:
    return Systemctl(tmp_path)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(("sleep", "60")) as process:
        yield process
        process.kill()


@pytest.fixture
def mysqld(systemctl: Systemctl) -> Mysqld:
    return Mysqld("mysql.service", str(systemctl.program))


def test_without_a_process_it_is_as_systemd_says(systemctl: Systemctl, mysqld: Mysqld) -> None:
    assert (mysqld.look(), mysqld.handle, mysqld.pid) == ("inactive", None, 0)
    systemctl.says("activating", 0)
    assert mysqld.look() == "activating"


def test_a_living_one_is_looked_at_without_asking_systemd(
    systemctl: Systemctl, mysqld: Mysqld, process: subprocess.Popen[bytes]
) -> None:
    systemctl.says("active", process.pid)
    assert [mysqld.look() for _ in range(3)] == ["active"] * 3
    assert mysqld.pid == process.pid
    assert len(systemctl.calls()) == 1


def test_its_end_is_seen_at_once(systemctl: Systemctl, mysqld: Mysqld, process: subprocess.Popen[bytes]) -> None:
    systemctl.says("active", process.pid)
    mysqld.look()
    systemctl.says("failed", 0)
    process.kill()
    process.wait()
    assert (mysqld.look(), mysqld.handle) == ("inactive", None)


def test_a_kill_has_ended_it_when_it_returns(
    systemctl: Systemctl, mysqld: Mysqld, process: subprocess.Popen[bytes]
) -> None:
    systemctl.says("active", process.pid)
    mysqld.kill()
    assert process.poll() is not None or process.wait(0.1) == -9


def test_nothing_is_killed_where_nothing_runs(mysqld: Mysqld) -> None:
    begun = time.monotonic()
    mysqld.kill()
    assert time.monotonic() - begun < 0.5


def test_a_process_that_ended_in_between_is_none(systemctl: Systemctl, mysqld: Mysqld) -> None:
    gone = subprocess.Popen("true")
    gone.wait()
    systemctl.says("active", gone.pid)
    assert mysqld.look() == "inactive"


def test_it_is_asked_for_without_waiting_and_stopped_with(systemctl: Systemctl, mysqld: Mysqld) -> None:
    mysqld.start()
    mysqld.stop_cleanly()
    assert systemctl.calls() == ["start --no-block mysql.service", "stop mysql.service"]
