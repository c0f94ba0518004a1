"""The secrets of a site: made once, kept for their owner only, never lost."""

import json
import re
import stat
from pathlib import Path

import pytest

from mainstay.model.install import Directory, File, Install
from mainstay.model.manifest import Manifest
from mainstay.vault.store import Store, VaultError
from mainstay.vault.vault import Vault


def mode_of(path: Path) -> str:
    return format(stat.S_IMODE(path.stat().st_mode), "o")


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "shop" / "secrets.json"
    first = Vault(Store(file)).secret("database-reader")
    assert re.fullmatch("[0-9a-z]{32}", first.reveal())
    assert Vault(Store(file)).secret("database-reader") == first
    assert json.loads(file.read_text()) == {"database-reader": first.reveal()}


def test_secrets_differ(tmp_path: Path) -> None:
    here, there = Vault(Store(tmp_path / "here.json")), Vault(Store(tmp_path / "there.json"))
    values = [vault.secret(name).reveal() for vault in (here, there) for name in ("a", "b")]
    assert len({*values}) == 4


def test_another_secret_leaves_those_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text('{"mine": "hunter2"}')
    made = Vault(Store(file)).secret("database-reader").reveal()
    assert json.loads(file.read_text()) == {"mine": "hunter2", "database-reader": made}


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("{}")
    file.chmod(0o644)
    Vault(Store(file)).secret("door")
    assert mode_of(file) == "600"


def test_only_its_owner_reads_it_even_after_a_run_that_broke_off(tmp_path: Path) -> None:
    left_over = tmp_path / "secrets.json.new"
    left_over.write_text('{"half')
    left_over.chmod(0o644)
    Vault(Store(tmp_path / "secrets.json")).secret("door")
    assert mode_of(tmp_path / "secrets.json") == "600"
    assert not left_over.exists()


def test_version_control_takes_nothing_of_it(tmp_path: Path) -> None:
    Vault(Store(tmp_path / ".mainstay" / "shop" / "secrets.json")).secret("door")
    assert (tmp_path / ".mainstay" / "shop" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"door": "hunter', "Unterminated string starting at: line 1 column 10 (char 9)"),
        (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"[]", "it is no list of names and values"),
        (b"null", "it is no list of names and values"),
        (b'{"door": 1}', "it is no list of names and values"),
    ],
)
def test_a_file_that_cannot_be_read_is_never_overwritten(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "secrets.json"
    file.write_bytes(content)
    with pytest.raises(VaultError) as caught:
        Vault(Store(file)).secret("door")
    assert caught.value.what == f"{file} holds the site's secrets and cannot be read: {why}"
    assert file.read_bytes() == content


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").mkdir()
    with pytest.raises(VaultError, match=r"cannot be read: \[Errno 21\] Is a directory"):
        Vault(Store(tmp_path / "secrets.json")).secret("door")


def test_references_are_filled_in(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    door, gate = (vault.secret(name).reveal() for name in ("door", "gate-2"))
    text = "a=${secret:door} b=${secret:gate-2}${secret:door} c=$secret:door d=${secret:} e=${SECRET:x}\n"
    assert vault.fill_in(text) == f"a={door} b={gate}{door} c=$secret:door d=${{secret:}} e=${{SECRET:x}}\n"


def test_what_holds_no_reference_stays_as_it_is(tmp_path: Path) -> None:
    assert Vault(Store(tmp_path / "secrets.json")).fill_in("port 80\n") == "port 80\n"
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_is_filled_in_and_otherwise_the_same(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    plain, env = File("/etc/plain", "port 80"), File("/etc/env", "A=${secret:door}", mode="600")
    wanted = Manifest(
        "srv-01", {"app": Install(directories=(Directory("/srv"),), files=(plain, env)), "base": Install()}
    )
    filled = File("/etc/env", f"A={vault.secret('door').reveal()}", mode="600")
    assert vault.fill_in_manifest(wanted) == Manifest(
        "srv-01", {"app": Install(directories=(Directory("/srv"),), files=(plain, filled)), "base": Install()}
    )


def test_the_users_own_are_kept_apart_from_those_made_here(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    made = vault.secret("door")
    vault.yours.replace({"door": "mine", "Gate_2": "two\nlines"})
    assert {name: secret.reveal() for name, secret in vault.yours.all().items()} == {
        "door": "mine",
        "Gate_2": "two\nlines",
    }
    assert (vault.passwords.names(), vault.secret("door")) == (("door",), made)
    vault.yours.replace({"Gate_2": "other"})
    assert [*vault.yours.all()] == ["Gate_2"]


def test_the_users_own_stand_within_double_quotes(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    vault.yours.replace({"key": 'say "a\\b" for $5 or ${secret:door}'})
    assert vault.fill_in('KEY="${own:key}"') == 'KEY="say \\"a\\\\b\\" for $5 or ${secret:door}"'


def test_one_that_is_not_set_is_never_made_up(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"The secret key is not set\.") as caught:
        Vault(Store(tmp_path / "secrets.json")).fill_in("${own:key}")
    assert "mainstay secret set key" in caught.value.fix
    assert list(tmp_path.iterdir()) == []


def test_a_renewal_lasts_until_it_is_ended(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    former, other = vault.secret("door"), vault.secret("gate")
    vault.passwords.renew("door")
    assert vault.secret("door") != former
    assert vault.secret("gate") == other
    assert (vault.passwords.renewed(), vault.passwords.names()) == (("door",), ("door", "gate"))
    with pytest.raises(VaultError, match="has not come to its end"):
        vault.passwords.renew("door")
    vault.passwords.end_renewals()
    assert vault.passwords.renewed() == ()
    vault.passwords.renew("door")


def test_only_what_was_made_can_be_renewed(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    vault.yours.replace({"key": "mine"})
    with pytest.raises(VaultError, match="There is no secret key that was made here: none was"):
        vault.passwords.renew("key")


def test_what_was_made_is_forgotten_and_the_users_own_stays(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    vault.secret("door")
    vault.certificates.authority()
    vault.yours.replace({"key": "mine"})
    vault.forget_made()
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"own:key": "mine"}
    vault.yours.replace({})
    assert not (tmp_path / "secrets.json").exists()
