"""Keeps the lab's tests to computers that can make machines, and sees that they leave none behind."""

import os
import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.lab import computer
from tests.lab.claim import is_claimed

PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "socat": "socat",
    "ssh": "openssh-client",
}


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
