"""Whose passwords are kept under a site's name: a lab's, or servers'."""

from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.operations.down import destroy
from mainstay.operations.errors import OperationError
from mainstay.operations.kept import claim
from mainstay.operations.secrets import change_own
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site
from tests.fakes.ground import FakeGround


@pytest.fixture
def site(tmp_path: Path) -> Site:
    spec = a_site()
    vault = Vault(Store(tmp_path / ".mainstay" / spec.name / "secrets.json"))
    vault.store.ensure_folder()
    return Site(spec, tmp_path, (), (), FakeGround({}), vault, tmp_path)


@pytest.fixture
def servers(site: Site) -> Site:
    """The same file and folder, but for where its machines are."""
    ground = FakeGround({})
    object.__setattr__(ground, "kind", "servers")
    return replace(site, ground=ground)


def test_a_lab_never_takes_the_passwords_of_servers_with_it(site: Site, servers: Site) -> None:
    claim(servers)
    kept = site.vault.secret("database-reader")
    with pytest.raises(OperationError, match="holds the passwords of servers"):
        destroy(site, lambda machine, doing: None)
    assert site.vault.secret("database-reader") == kept


def test_servers_have_passwords_of_their_own(site: Site, servers: Site) -> None:
    claim(site)
    site.vault.secret("database-reader")
    with pytest.raises(OperationError, match="holds the passwords of a lab") as caught:
        claim(servers)
    assert "mainstay lab destroy" in caught.value.fix
    destroy(site, lambda machine, doing: None)
    servers.vault.store.ensure_folder()
    claim(servers)
    assert servers.vault.passwords.names() == ()


def test_a_secret_that_was_set_before_anything_was_made_is_for_either(site: Site, servers: Site) -> None:
    change_own(site, lambda own: {**own, "key": "mine"})
    claim(servers)
    assert [*servers.vault.yours.all()] == ["key"]
