"""`down --destroy` takes with it what was made here, and leaves what the user brought."""

from pathlib import Path

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.operations.down import STOPPED, destroy
from mainstay.operations.site import Site
from mainstay.vault.seal import IDENTITY, Seal
from mainstay.vault.store import Store, VaultError
from mainstay.vault.vault import Vault
from tests.builders import a_site
from tests.fakes.ground import FakeGround
from tests.unit.vault import keys


def a_lab(folder: Path, *recipients: str) -> Site:
    spec = a_site()
    kept = folder / ".mainstay" / spec.name
    store = Store(kept / "secrets.json", Seal(folder / "shop.secrets.age", recipients))
    site = Site(spec, folder, (), (), FakeGround({"lb-01": True}), Vault(store), folder)
    site.vault.secret("database-reader")
    (kept / "drills" / "one").mkdir(parents=True)
    (kept / "ssh_config").write_text("Host lb-01")
    return site


def silent(machine: str, doing: str) -> None:
    """No report."""


def there(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_nothing_is_left(tmp_path: Path) -> None:
    site = a_lab(tmp_path)
    destroy(site, silent)
    assert (site.ground.members(), [*tmp_path.iterdir()]) == ({}, [])


def test_the_users_own_secrets_are_left(tmp_path: Path) -> None:
    site = a_lab(tmp_path)
    site.vault.yours.replace({"key": "mine"})
    destroy(site, silent)
    folder = site.folder.relative_to(tmp_path)
    assert there(tmp_path) == [f"{folder}/.gitignore", f"{folder}/secrets.json"]
    assert [*site.vault.yours.all()] == ["key"]
    assert site.vault.passwords.names() == ()
    site.vault.yours.replace({})
    destroy(site, silent)
    assert [*tmp_path.iterdir()] == []


def test_sealed_ones_are_left_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = a_lab(tmp_path, keys.of_age(tmp_path / "ada"))
    monkeypatch.setenv(IDENTITY, str(tmp_path / "ada"))
    site.vault.yours.replace({"key": "mine"})
    destroy(site, silent)
    assert there(tmp_path) == ["ada", "shop.secrets.age"]
    assert [*site.vault.yours.all()] == ["key"]


def test_what_cannot_be_read_is_left_and_nothing_else(tmp_path: Path) -> None:
    site = a_lab(tmp_path)
    (site.folder / "secrets.json").write_text("{")
    with pytest.raises(VaultError):
        destroy(site, silent)
    folder = site.folder.relative_to(tmp_path)
    assert site.ground.members() == {}
    assert there(tmp_path) == [f"{folder}/.gitignore", f"{folder}/secrets.json"]


def test_on_servers_every_part_is_stopped_but_what_makes_them_safe_to_be_reached() -> None:
    left = {component.name for component in COMPONENTS} - {*STOPPED}
    assert left == {"base", "nftables", "unattended_upgrades"}
    assert len(STOPPED) == len({*STOPPED})
