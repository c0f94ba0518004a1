"""One site of the blueprint `distributed` for all files of this folder, since it takes long to bring up.

They come to it in the order of their names. Each leaves it as it found it, but for entries in the guestbook; the last
changes it for good.
"""

from collections.abc import Iterator

import pytest

from tests.lab.site import LabSite, lab_site


@pytest.fixture(scope="package")
def site() -> Iterator[LabSite]:
    with lab_site("mst-shop", port=18110) as site:
        site.up()
        yield site
