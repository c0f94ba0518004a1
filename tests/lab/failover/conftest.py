"""One site with `failover: automatic` for all files of this folder, since it takes long to bring up.

Each test leaves all machines running, and a replica that could take over.
"""

from collections.abc import Iterator

import pytest

from tests.lab.failover.acts import both, has_all, is_armed, write
from tests.lab.site import LabSite, lab_site


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
