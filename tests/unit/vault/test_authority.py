"""The site's certificate authority: what it issues, for how long, and when it issues anew."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mainstay.model.certificate import files
from mainstay.vault.authority import Leaf, Pair
from mainstay.vault.store import Store, VaultError
from mainstay.vault.vault import Vault
from tests.builders import a_machine

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LEAF = Leaf("etcd", "srv-01", "10.77.0.1")
LIFE = timedelta(days=90)


def vault_at(folder: Path, later: timedelta = timedelta()) -> Vault:
    return Vault(Store(folder / "secrets.json"), lambda: BEGIN + later)


def names_of(pair: Pair) -> list[str]:
    found = pair.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in found]


def test_a_certificate_says_who_it_is_for(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    pair, authority = vault.certificates.identity(LEAF), vault.certificates.authority()
    pair.parsed.verify_directly_issued_by(authority.parsed)
    assert pair.parsed.subject.rfc4514_string() == "CN=etcd,OU=srv-01"
    assert names_of(pair) == ["srv-01", "localhost", "10.77.0.1", "127.0.0.1"]
    assert pair.parsed.not_valid_after_utc == BEGIN + LIFE
    uses = pair.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(uses) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert pair.parsed.public_key() == pair.signer.public_key()
    assert pair.signer.curve.name == "secp256r1"


def test_one_that_visitors_see_lets_nobody_in(tmp_path: Path) -> None:
    pair = vault_at(tmp_path).certificates.identity(Leaf("edge", "lb-01", "10.77.0.1", ("shop.test", "www.shop.test")))
    assert names_of(pair) == ["shop.test", "www.shop.test", "lb-01", "localhost", "10.77.0.1", "127.0.0.1"]
    uses = pair.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(uses) == {ExtendedKeyUsageOID.SERVER_AUTH}


def test_only_the_authority_may_sign(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    may = [
        pair.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        for pair in (vault.certificates.authority(), vault.certificates.identity(LEAF))
    ]
    assert may == [True, False]


def test_it_is_issued_once(tmp_path: Path) -> None:
    first = vault_at(tmp_path).certificates.identity(LEAF)
    kept = (tmp_path / "secrets.json").read_bytes()
    assert vault_at(tmp_path, later=timedelta(days=59)).certificates.identity(LEAF) == first
    assert (tmp_path / "secrets.json").read_bytes() == kept


def test_it_is_issued_anew_when_less_than_a_third_is_left(tmp_path: Path) -> None:
    first = vault_at(tmp_path).certificates.identity(LEAF)
    second = vault_at(tmp_path, later=timedelta(days=61)).certificates.identity(LEAF)
    assert second != first
    assert second.parsed.not_valid_after_utc == BEGIN + timedelta(days=61) + LIFE


def test_it_is_issued_anew_for_another_address(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    first = vault.certificates.identity(LEAF)
    moved = vault.certificates.identity(Leaf("etcd", "srv-01", "10.77.0.9"))
    assert (moved == first, names_of(moved)) == (
        False,
        ["srv-01", "localhost", "10.77.0.9", "127.0.0.1"],
    )


def test_every_purpose_and_machine_has_its_own(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    leaves = (LEAF, Leaf("keeper", "srv-01", "10.77.0.1"), Leaf("etcd", "srv-02", "10.77.0.2"))
    assert len({vault.certificates.identity(leaf).key for leaf in leaves}) == 3
    assert len({vault.certificates.identity(leaf).key for leaf in leaves}) == 3


def test_the_authority_is_renewed_with_its_key_so_that_what_it_issued_stays_good(tmp_path: Path) -> None:
    first, leaf = (
        vault_at(tmp_path).certificates.authority(),
        vault_at(tmp_path, later=timedelta(days=2420)).certificates.identity(LEAF),
    )
    vault = vault_at(tmp_path, later=timedelta(days=2440))
    renewed = vault.certificates.authority()
    assert (renewed == first, renewed.key == first.key) == (False, True)
    assert vault.certificates.identity(LEAF) == leaf
    assert renewed.parsed.not_valid_after_utc == BEGIN + timedelta(days=2440 + 3650)


def test_another_authority_issues_anew(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    first = vault.certificates.identity(LEAF)
    file = tmp_path / "secrets.json"
    kept = {name: value for name, value in json.loads(file.read_text()).items() if not name.endswith(":authority")}
    file.write_text(json.dumps(kept))
    assert vault.certificates.identity(LEAF) != first


def test_two_sites_never_share(tmp_path: Path) -> None:
    here, there = vault_at(tmp_path / "here"), vault_at(tmp_path / "there")
    assert here.certificates.authority().key != there.certificates.authority().key
    assert here.certificates.identity(LEAF).key != there.certificates.identity(LEAF).key


def test_the_files_of_a_component_are_filled_in(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    authority, identity = (vault.fill_in(file.text) for file in files("etcd", a_machine(), "etcd"))
    assert authority == vault.certificates.authority().certificate + "\n"
    pair = vault.certificates.identity(LEAF)
    assert identity == f"{pair.certificate}\n{pair.key}\n"


def test_no_reference_leads_to_the_key_of_the_authority(tmp_path: Path) -> None:
    vault = vault_at(tmp_path)
    key = vault.certificates.authority().key
    tried = ("${key:authority}", "${secret:key:authority}", "${authority:key}", "${authority}", "${key:a/b/1.2.3.4}")
    assert [text for text in tried if key in vault.fill_in(text)] == []


def test_who_reads_a_key() -> None:
    owners = {group: [(f.owner, f.group, f.mode) for f in files("x", a_machine(), group)] for group in ("etcd", "root")}
    assert owners == {
        "etcd": [("root", "root", "644"), ("root", "etcd", "640")],
        "root": [("root", "root", "644"), ("root", "root", "600")],
    }


@pytest.mark.parametrize("broken", ["certificate", "key"])
def test_an_authority_that_cannot_be_read_is_never_replaced(tmp_path: Path, broken: str) -> None:
    vault, file = vault_at(tmp_path), tmp_path / "secrets.json"
    vault.certificates.authority()
    file.write_text(json.dumps({**json.loads(file.read_text()), f"{broken}:authority": "no PEM"}))
    kept = file.read_bytes()
    with pytest.raises(VaultError, match="holds a certificate that cannot be read, authority"):
        vault.certificates.authority()
    assert file.read_bytes() == kept


def test_a_key_that_belongs_to_another_is_not_taken(tmp_path: Path) -> None:
    vault, file = vault_at(tmp_path), tmp_path / "secrets.json"
    vault.certificates.authority()
    other = vault_at(tmp_path / "other").certificates.authority().key
    file.write_text(json.dumps({**json.loads(file.read_text()), "key:authority": other}))
    with pytest.raises(VaultError, match="authority: its key is another's"):
        vault.certificates.authority()


def test_a_key_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    ed25519 = (
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIA4Mkbo1pkWgVKqjLmQoPBWNHqZ4sQVKvZL6G7vXTnkV\n"
        "-----END PRIVATE KEY-----"
    )
    vault, file = vault_at(tmp_path), tmp_path / "secrets.json"
    vault.certificates.authority()
    file.write_text(json.dumps({**json.loads(file.read_text()), "key:authority": ed25519}))
    with pytest.raises(VaultError, match="not one of an elliptic curve"):
        vault.certificates.authority()
