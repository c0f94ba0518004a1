"""Who may change a site."""

from pathlib import Path

import pytest

from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site
from tests.fakes.ground import FakeGround


@pytest.fixture
def site(tmp_path: Path) -> Site:
    spec = a_site()
    vault = Vault(Store(tmp_path / ".mainstay" / spec.name / "secrets.json"))
    return Site(spec, tmp_path, (), (), FakeGround({}), vault, tmp_path)


def test_one_at_a_time(site: Site) -> None:
    refused = pytest.raises(OperationError, match=r"Another Mainstay \(process \d+\) is changing")
    with only_operator(site), refused, only_operator(site):
        pass
    with only_operator(site):
        pass
