"""One site with `failover: automatic` for all files of this folder, since it takes long to bring up.

Each test leaves all machines running, and a replica that could take over. One that fails tells what the keepers said.
"""

import subprocess
import time
from collections.abc import Generator, Iterator

import pytest

from tests.lab.failover.acts import DATABASES, both, has_all, is_armed, write
from tests.lab.site import LabSite, lab_site

BEGAN = pytest.StashKey[float]()


@pytest.fixture(scope="package")
def site() -> Iterator[LabSite]:
    """It was in use with `failover: manual` before keepers took it over: what was written then is there."""
    with lab_site("mst-failover", port=18190, blueprint="ha", is_plain=True) as site:
        site.change("failover: automatic ", "failover: manual ")
        site.up()
        acknowledged = write(site, "manual")
        site.change("failover: manual ", "failover: automatic ")
        site.up()
        for machine in both(site):
            has_all(site, machine, acknowledged)
        yield site


@pytest.fixture(autouse=True)
def _armed(site: LabSite) -> None:
    is_armed(site)


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[BEGAN] = time.time()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.failed and site is not None:
        said = ((f"the keeper of {name}", keeper_said(site, name, item.stash[BEGAN])) for name in DATABASES)
        report.sections.extend(said)
    return report


def keeper_said(site: LabSite, machine: str, since: float) -> str:
    """Its journal; why there is none, if the machine does not answer."""
    argv = ("journalctl", "--unit=mainstay-keeper*", "--output=short-precise", "--no-hostname", f"--since=@{since:.0f}")
    try:
        told = site.tries("exec", "-m", machine, "--", *argv, seconds=20)
    except subprocess.TimeoutExpired as error:
        return str(error)
    return told.output + told.errors
