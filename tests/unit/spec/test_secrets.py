"""The section `secrets`, and secrets in the application's variables."""

from pathlib import Path

import pytest

from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

ADA = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILZVHv8y3AhbTnAzJaN2NGQPXzp8jzV4ZTDlV1Tl8H9a"


@pytest.mark.parametrize("written", ["", "secrets:\n", "secrets: {}\n", "secrets: {recipients: []}\n"])
def test_they_are_for_nobody_else_unless_it_is_said(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, MINIMAL + APP + written).secrets.recipients == ()


def test_public_keys_are_read(tmp_path: Path) -> None:
    written = f"secrets:\n  recipients:\n    - {ADA} ada@example.test\n    - {ADA}\n    - age1qqpz\n"
    assert loaded(tmp_path, MINIMAL + APP + written).secrets.recipients == (f"{ADA} ada@example.test", ADA, "age1qqpz")


def test_what_is_no_public_key_is_said(tmp_path: Path) -> None:
    written = "secrets: {recipients: [AGE-SECRET-KEY-1QQ, ~/.ssh/id_ed25519.pub]}\n"
    is_none = "is not a public key of age or OpenSSH. Write the line of a `.pub` file, or one such as `age1...`."
    assert says(tmp_path, MINIMAL + APP + written) == [
        f'mainstay.yaml:11: secrets.recipients[0]: "AGE-SECRET-KEY-1QQ" {is_none}',
        f'mainstay.yaml:11: secrets.recipients[1]: "~/.ssh/id_ed25519.pub" {is_none}',
    ]


def with_variable(value: str) -> str:
    return f'{MINIMAL}{APP}  env: {{KEY: "{value}"}}\n'


def test_a_variable_may_hold_secrets(tmp_path: Path) -> None:
    app = loaded(tmp_path, with_variable("a-${secret:b-1}:${secret:A_2}-${HOME}-$x")).app
    assert app.secrets == ("A_2", "b-1")


@pytest.mark.parametrize(
    "other", ["${secret:}", "${secret:a b}", "${own:a}", "${file:/etc/passwd}", "${authority}", "${key:edge/lb-01/1}"]
)
def test_a_variable_may_hold_no_other_reference(tmp_path: Path, other: str) -> None:
    (told,) = says(tmp_path, with_variable(f"${{secret:a}}{other}"))
    assert f'app.env.KEY: "{other}" cannot stand here.' in told
    assert "`${secret:NAME}`" in told
