"""`secret`: what is kept, what is told, what is renewed."""

from pathlib import Path

import pytest

from mainstay.operations import secrets
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import FakeReach


@pytest.fixture
def site(tmp_path: Path) -> Site:
    env = {"KEY": "${secret:stripe}", "URL": "https://ada:${secret:door}@example.test"}
    app = {"source": "./app", "wsgi": "shop:app", "env": env}
    spec = a_site(machines=machines_that_run(one="balancer web app database"), app=app)
    vault = Vault(Store(tmp_path / ".mainstay" / spec.name / "secrets.json"))
    return Site(spec, tmp_path, (), (), FakeGround({}, FakeReach(lambda _: "")), vault, tmp_path)


def test_all_are_told_by_name(site: Site) -> None:
    site.vault.secret("database-reader")
    secrets.change_own(site, lambda own: {**own, "stripe": "sk", "left-over": "x"})
    assert [(s.name, s.made_by, s.is_used) for s in secrets.known(site)] == [
        ("left-over", "you", False),
        ("stripe", "you", True),
        ("database-reader", "mainstay", True),
    ]
    assert secrets.missing(site) == ("door",)


def test_a_renewal_is_of_all_that_was_made_or_of_those_named(site: Site) -> None:
    for name in ("database-reader", "database-application"):
        site.vault.secret(name)
    before = site.vault.secret("database-application")
    assert secrets.renew(site, ["database-reader"]) == ("database-reader",)
    assert site.vault.secret("database-application") == before
    site.vault.passwords.end_renewals()
    assert secrets.renew(site, []) == ("database-application", "database-reader")


def test_a_renewal_that_broke_off_is_finished_first(site: Site) -> None:
    for name in ("database-reader", "database-application"):
        site.vault.secret(name)
    secrets.renew(site, ["database-reader"])
    given = site.vault.secret("database-reader")
    assert secrets.renew(site, ["database-application"]) == ("database-reader",)
    assert site.vault.secret("database-reader") == given


def test_what_was_not_made_here_is_not_renewed(site: Site) -> None:
    with pytest.raises(OperationError, match="has made no passwords yet"):
        secrets.renew(site, [])
    site.vault.secret("database-reader")
    secrets.change_own(site, lambda own: {**own, "stripe": "sk"})
    with pytest.raises(OperationError, match="Mainstay made no secret stripe; it made database-reader") as caught:
        secrets.renew(site, ["stripe"])
    assert "mainstay secret set stripe" in caught.value.fix
    assert site.vault.passwords.renewed() == ()
