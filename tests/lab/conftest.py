"""Keeps the lab's tests to computers that can make machines and are there; sees that they leave none behind."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.lab import computer
from tests.lab.claim import is_claimed
from tests.lab.disturbance import MOST_PERCENT, Disturbance

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "socat": "socat",
    "ssh": "openssh-client",
}

BEGAN = pytest.StashKey[float]()
DISTURBANCE = Disturbance()
DISTURBED: dict[Path, float] = {}
"""Files of which a test failed while so much was taken away: what it left may be why a later one fails."""


def lacks() -> str:
    """What this computer lacks for making machines; "" if nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "machines are made by root on Linux"
    missing = sorted(package for program, package in PROGRAMS.items() if shutil.which(program) is None)
    return f"scripts/setup --lab installs what is missing here: {', '.join(missing)}" if missing else ""


@pytest.fixture(scope="session", autouse=True)
def _leave_no_trace(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the last test no process, mount, network or control group of their labs is there.

    Each file of tests names its labs in `LABS`; no two files share one. A lab that another run has by now is its own.
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
    item.stash[BEGAN] = time.monotonic()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails while this computer's own host gives much of it to others says nothing of Mainstay.

    Its failure is told as the reason for which it counts as skipped.
    """
    report = yield
    stolen = max(DISTURBANCE.worst_since(item.stash.get(BEGAN, time.monotonic())), DISTURBED.get(item.path, 0.0))
    if report.failed and stolen > MOST_PERCENT:
        DISTURBED[item.path] = stolen
        why = f"this computer's own host gave up to {stolen:.0f} % of it to others. It failed with:\n{report.longrepr}"
        report.outcome, report.longrepr = "skipped", (str(item.path), item.location[1] or 0, f"Skipped: {why}")
    return report
