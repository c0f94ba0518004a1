"""Secrets for a team: sealed for exactly those whom the file names, and never in two places."""

from pathlib import Path

import pytest

from mainstay.vault.seal import IDENTITY, Seal, SealError
from mainstay.vault.store import Store, VaultError
from tests.unit.vault import keys

KNOWN = {"door": "hunter2", "own:key": "a\nb"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(IDENTITY, raising=False)
    return tmp_path / "home"


def a_store(folder: Path, *recipients: str) -> Store:
    return Store(folder / ".mainstay" / "secrets.json", Seal(folder / "shop.secrets.age", recipients))


def there(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*secrets*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in found)


def test_in_the_clear_unless_it_is_for_somebody(tmp_path: Path) -> None:
    a_store(tmp_path).write(KNOWN)
    assert a_store(tmp_path).read() == KNOWN
    assert there(tmp_path) == [".mainstay/secrets.json"]


@pytest.mark.parametrize("place", [".ssh/id_ed25519", ".config/mainstay/identity"])
def test_sealed_for_a_key_of_openssh(tmp_path: Path, home: Path, place: str) -> None:
    store = a_store(tmp_path, keys.of_openssh(home / place))
    store.write(KNOWN)
    assert there(tmp_path) == ["shop.secrets.age"]
    assert b"hunter2" not in store.lies_at.read_bytes()
    assert store.read() == KNOWN


def test_sealed_for_several_each_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = [keys.of_age(tmp_path / "ada"), keys.of_openssh(tmp_path / "ben")]
    store = a_store(tmp_path, *public)
    store.write(KNOWN)
    for name in ("ada", "ben"):
        monkeypatch.setenv(IDENTITY, str(tmp_path / name))
        assert store.read() == KNOWN


def test_nobody_else_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_store(tmp_path, keys.of_age(tmp_path / "ada"))
    store.write(KNOWN)
    sealed = store.lies_at.read_bytes()
    keys.of_age(tmp_path / "eve")
    monkeypatch.setenv(IDENTITY, str(tmp_path / "eve"))
    with pytest.raises(VaultError, match=rf"no key here opens it \({tmp_path}/eve\)") as caught:
        store.read()
    assert IDENTITY in caught.value.fix
    assert store.lies_at.read_bytes() == sealed


def test_a_key_that_needs_a_passphrase_is_none(tmp_path: Path, home: Path) -> None:
    store = a_store(tmp_path, keys.of_openssh(home / ".ssh" / "id_ed25519", passphrase="hunter2"))
    store.write(KNOWN)
    with pytest.raises(VaultError, match=r"no key was found to open it with \(.*id_ed25519\)"):
        store.read()


def test_without_any_key_it_says_so(tmp_path: Path) -> None:
    store = a_store(tmp_path, keys.of_age(tmp_path / "ada"))
    store.write(KNOWN)
    with pytest.raises(VaultError, match="no key was found to open it with"):
        store.read()


def test_who_joins_opens_it_and_who_leaves_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben = keys.of_age(tmp_path / "ada"), keys.of_age(tmp_path / "ben")
    monkeypatch.setenv(IDENTITY, str(tmp_path / "ada"))
    a_store(tmp_path, ada).write(KNOWN)
    a_store(tmp_path, ada, ben).ensure_sealed()
    monkeypatch.setenv(IDENTITY, str(tmp_path / "ben"))
    assert a_store(tmp_path, ben).read() == KNOWN
    a_store(tmp_path, ben).ensure_sealed()
    monkeypatch.setenv(IDENTITY, str(tmp_path / "ada"))
    with pytest.raises(VaultError):
        a_store(tmp_path, ben).read()


def test_it_is_sealed_when_the_file_says_so_and_opened_when_it_no_longer_does(tmp_path: Path, home: Path) -> None:
    public = keys.of_age(home / ".config" / "mainstay" / "identity")
    a_store(tmp_path).write(KNOWN)
    a_store(tmp_path, public).ensure_sealed()
    assert (there(tmp_path), a_store(tmp_path, public).read()) == (["shop.secrets.age"], KNOWN)
    a_store(tmp_path).ensure_sealed()
    assert (there(tmp_path), a_store(tmp_path).read()) == ([".mainstay/secrets.json"], KNOWN)


def test_what_is_as_it_should_be_is_not_written_again(tmp_path: Path, home: Path) -> None:
    store = a_store(tmp_path, keys.of_age(home / ".config" / "mainstay" / "identity"))
    store.write(KNOWN)
    sealed = store.lies_at.read_bytes()  # sealed anew it would be other bytes
    store.ensure_sealed()
    assert store.lies_at.read_bytes() == sealed


def test_no_secrets_are_no_file(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.ensure_sealed()
    store.write(KNOWN)
    store.write({})
    assert there(tmp_path) == []


def test_what_is_no_public_key_seals_nothing(tmp_path: Path) -> None:
    a_store(tmp_path).write(KNOWN)
    with pytest.raises(SealError, match="age1xyz is no public key of age or OpenSSH"):
        a_store(tmp_path, "age1xyz").ensure_sealed()
    assert there(tmp_path) == [".mainstay/secrets.json"]


def test_a_damaged_file_is_never_overwritten(tmp_path: Path, home: Path) -> None:
    store = a_store(tmp_path, keys.of_age(home / ".config" / "mainstay" / "identity"))
    (tmp_path / "shop.secrets.age").write_text("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl")
    with pytest.raises(VaultError, match=r"shop\.secrets\.age holds the site's secrets and cannot be read"):
        store.ensure_sealed()
    assert (tmp_path / "shop.secrets.age").read_text().endswith("YWdl")


def test_what_a_killed_run_left_in_the_clear_goes(tmp_path: Path, home: Path) -> None:
    a_store(tmp_path).write(KNOWN)
    left = (tmp_path / ".mainstay" / "secrets.json").read_bytes()
    store = a_store(tmp_path, keys.of_age(home / ".config" / "mainstay" / "identity"))
    store.ensure_sealed()
    (tmp_path / ".mainstay" / "secrets.json").write_bytes(left)
    store.ensure_sealed()
    assert there(tmp_path) == ["shop.secrets.age"]


def test_of_two_that_differ_neither_is_touched(tmp_path: Path, home: Path) -> None:
    public = keys.of_age(home / ".config" / "mainstay" / "identity")
    a_store(tmp_path, public).write(KNOWN)
    (tmp_path / ".mainstay" / "secrets.json").write_text('{"door": "another lab\'s"}')
    for store in (a_store(tmp_path, public), a_store(tmp_path)):
        with pytest.raises(VaultError, match="both hold secrets of the site"):
            store.ensure_sealed()
    assert there(tmp_path) == [".mainstay/secrets.json", "shop.secrets.age"]
    assert a_store(tmp_path, public).read() == KNOWN
