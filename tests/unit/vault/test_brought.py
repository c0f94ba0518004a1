"""A certificate that the user brought: what will do, and what is said of one that will not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.model.certificate import brought
from mainstay.vault.authority import Leaf, Pair, found_authority, issue
from mainstay.vault.store import Store, VaultError
from mainstay.vault.vault import Vault

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY = found_authority(NOW)


def made(domain: str = "shop.test", when: datetime = NOW) -> Pair:
    return issue(AUTHORITY, Leaf("edge", "lb-01", "10.77.0.1", (domain,)), when)


def complaint(folder: Path, certificate: str, key: str, *aliases: str) -> str:
    (folder / "shop.pem").write_text(certificate)
    (folder / "shop.key").write_text(key)
    vault = Vault(Store(folder / ".mainstay" / "secrets.json"), lambda: NOW, project=folder)
    try:
        vault.ensure_fits("shop.pem", "shop.key", ("shop.test", *aliases))
    except VaultError as error:
        return error.what
    return ""


def test_one_with_its_chain_will_do(tmp_path: Path) -> None:
    pair = made()
    assert complaint(tmp_path, f"{pair.certificate}\n{AUTHORITY.certificate}\n", pair.key) == ""


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (made("other.test"), "it is for other.test, lb-01, localhost, and not for shop.test"),
        (made(when=NOW - timedelta(days=125)), "it ended on 2025-11-27"),
        (made(when=NOW + timedelta(days=2)), "it begins on 2026-01-02 only"),
        (Pair(made().certificate, made().key), "the key is another certificate's"),
        (Pair("nothing", made().key), "it is no certificate in PEM"),
        (Pair(made().certificate, "nothing"), "the key is none in PEM, or needs a passphrase"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, pair: Pair, said: str) -> None:
    assert complaint(tmp_path, pair.certificate, pair.key) == f"shop.pem will not do: {said}."


def test_it_is_to_be_for_every_name(tmp_path: Path) -> None:
    pair = made()
    said = complaint(tmp_path, pair.certificate, pair.key, "www.shop.test", "shop.example.org")
    names = "shop.test, lb-01, localhost, and not for www.shop.test, shop.example.org"
    assert said == f"shop.pem will not do: it is for {names}."


def test_a_wildcard_is_for_each_name_below_it(tmp_path: Path) -> None:
    pair = made("*.test")
    assert complaint(tmp_path, pair.certificate, pair.key) == ""
    assert complaint(tmp_path, pair.certificate, pair.key, "*.test") == ""
    assert complaint(tmp_path, pair.certificate, pair.key, "*.shop.test").endswith(" and not for *.shop.test.")


def test_it_goes_to_the_machine_with_its_key(tmp_path: Path) -> None:
    pair = made()
    assert complaint(tmp_path, pair.certificate + "\n", pair.key + "\n") == ""
    vault = Vault(Store(tmp_path / ".mainstay" / "secrets.json"), project=tmp_path)
    file = brought("edge", "shop.pem", "shop.key")
    assert vault.fill_in(file.text) == f"{pair.certificate}\n{pair.key}\n"
    assert (file.path, file.owner, file.mode) == ("/etc/mainstay/tls/edge/identity.pem", "root", "600")


def test_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"^shop\.pem cannot be read: "):
        Vault(Store(tmp_path / "secrets.json"), project=tmp_path).ensure_fits("shop.pem", "shop.key", ("shop.test",))
