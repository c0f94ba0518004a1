"""Who may change a site, and what is kept under its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.operations.down import destroy
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


@pytest.fixture
def servers(site: Site) -> Site:
    """The same file and folder, but for where its machines are."""
    ground = FakeGround({})
    object.__setattr__(ground, "kind", "servers")
    return replace(site, ground=ground)


def test_one_at_a_time(site: Site) -> None:
    refused = pytest.raises(OperationError, match=r"Another Mainstay \(process \d+\) is changing")
    with only_operator(site), refused, only_operator(site):
        pass
    with only_operator(site):
        pass


def test_a_lab_never_takes_the_passwords_of_servers_with_it(site: Site, servers: Site) -> None:
    with only_operator(servers):
        kept = site.vault.secret("database-reader")
    with pytest.raises(OperationError, match="holds the passwords of servers"):
        destroy(site, lambda machine, doing: None)
    assert site.vault.secret("database-reader") == kept


def test_servers_have_passwords_of_their_own(site: Site, servers: Site) -> None:
    with only_operator(site):
        site.vault.secret("database-reader")
    with pytest.raises(OperationError, match="holds the passwords of a lab") as caught, only_operator(servers):
        pass
    assert "mainstay lab destroy" in caught.value.fix
    destroy(site, lambda machine, doing: None)
    with only_operator(servers):
        assert servers.vault.passwords.names() == ()
