"""Keeps the lab's tests to computers that can make machines, at times when they are there; sees that none is left."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Generator, Iterator

import pytest

from tests.lab import computer
from tests.lab.claim import is_claimed
from tests.lab.disturbance import DISTURBANCE

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "socat": "socat",
    "ssh": "openssh-client",
    "curl": "curl",
    "pebble": "pebble",
}

BEGAN = pytest.StashKey[float]()


def lacks() -> str:
    """What this computer lacks for making machines; "" if nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "machines are made by root on Linux"
    missing = sorted(package for program, package in PROGRAMS.items() if shutil.which(program) is None)
    return f"scripts/setup --dev --lab installs what is missing here: {', '.join(missing)}" if missing else ""


@pytest.fixture(scope="session", autouse=True)
def _leave_no_trace(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the last test no process, mount, network or control group of their labs is there.

    Each lab is named in the `LABS` of one file of tests, the first where several share it. One that another run has by
    now is its own.
    """
    if why := lacks():
        pytest.skip(why)
    yield
    modules = {getattr(item, "module", None) for item in request.session.items}
    labs = sorted(lab for module in modules for lab in getattr(module, "LABS", ()))
    assert len(labs) == len(set(labs)), labs
    assert [remains for lab in labs if not is_claimed(lab) for remains in computer.remains_of(lab)] == []


@pytest.fixture(scope="session", autouse=True)
def _watch() -> Iterator[None]:
    watch = threading.Thread(target=DISTURBANCE.watch, daemon=True)
    watch.start()
    yield
    DISTURBANCE.is_over.set()
    watch.join()


def pytest_runtest_setup(item: pytest.Item) -> None:
    DISTURBANCE.wait_for_calm()
    item.stash[BEGAN] = time.monotonic()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells, too, how much of this computer its own host gave to others meanwhile. It stays a failure."""
    report = yield
    if report.failed:
        stolen = DISTURBANCE.worst_since(item.stash.get(BEGAN, time.monotonic()))
        report.sections.append(
            ("this computer", f"In the worst five seconds its host gave {stolen:.0f} % of it to others.")
        )
    return report
