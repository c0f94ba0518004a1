"""The section `https`, which may be a switch."""

from pathlib import Path

import pytest

from mainstay.spec.sections.https import LETS_ENCRYPT, Acme, Https
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

REST = MINIMAL.replace("https: off\n", "") + APP


@pytest.mark.parametrize("written", ["", "https:\n", "https: on\n", "https: yes\n", "https: {}\n"])
def test_it_is_on_with_its_defaults(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, REST + written).https == Https()


@pytest.mark.parametrize("word", ["off", "no", "false", "OFF"])
def test_off_is_off(tmp_path: Path, word: str) -> None:
    assert loaded(tmp_path, f"{REST}https: {word}\n").https is None


def test_an_overlay_may_switch_it_off_and_on(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{REST}https: {{port: 8443}}\n", staging="https: off\n").https is None
    assert loaded(tmp_path, f"{REST}https: off\n", staging="https: {port: 8443}\n").https == Https(port=8443)


def test_every_key_is_read(tmp_path: Path) -> None:
    written = "https: {port: 8443, certificate: ./tls/shop.pem, key: tls/shop.key, hsts: off}\n"
    wanted = Https(port=8443, certificate="tls/shop.pem", key="tls/shop.key", hsts=False)
    assert loaded(tmp_path, REST + written).https == wanted


def test_an_authority_is_asked_with_its_defaults(tmp_path: Path) -> None:
    acme = "acme: {email: ops@example.org}"
    assert loaded(tmp_path, f"{REST}https: {{{acme}}}\n").https == Https(acme=Acme(email="ops@example.org"))
    acme = "acme: {email: ops@example.org, directory: 'https://10.0.0.1:14000/dir', authority: ./ca.pem}"
    wanted = Acme(email="ops@example.org", directory="https://10.0.0.1:14000/dir", authority="ca.pem")
    assert loaded(tmp_path, f"{REST}https: {{{acme}}}\n").https == Https(acme=wanted)


def test_a_certificate_is_brought_or_asked_for(tmp_path: Path) -> None:
    written = "https: {certificate: a.pem, key: a.key, acme: {email: ops@example.org}}\n"
    assert says(tmp_path, REST + written) == [
        "mainstay.yaml:10: https.acme: There is a `certificate` already. Keep one of the two."
    ]


@pytest.mark.parametrize("path", ["/../..", "/a/../b", "//", "/a b", "/a'"])
def test_an_authoritys_path_stays_where_it_is(tmp_path: Path, path: str) -> None:
    written = f'https: {{acme: {{email: a@b.org, directory: "https://ca.test{path}"}}}}\n'
    assert "is not the URL of an ACME directory" in says(tmp_path, REST + written)[0]


def test_who_is_asked_must_be_named_well(tmp_path: Path) -> None:
    written = "https: {acme: {email: a@b.org, directory: 'http://ca.test'}}\n"
    assert says(tmp_path, REST + written) == [
        (
            'mainstay.yaml:10: https.acme.directory: "http://ca.test" is not the URL of an ACME directory. '
            f"Write one such as {LETS_ENCRYPT}."
        ),
    ]
    assert says(tmp_path, REST + "https: {acme: {}}\n") == [
        "mainstay.yaml:10: https.acme.email: This key is missing. Write one such as `email: ops@example.org`."
    ]
    assert says(tmp_path, REST + "https: {acme: {email: 'a b@c'}}\n") == [
        'mainstay.yaml:10: https.acme.email: "a b@c" is not an e-mail address. Write one such as ops@example.org.'
    ]


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    written = "https: {prot: 443, certificate: /etc/shop.pem, hsts: maybe}\n"
    assert says(tmp_path, REST + written) == [
        (
            'mainstay.yaml:10: https.certificate: "/etc/shop.pem" is not relative. '
            "Write the path from the folder of this file."
        ),
        'mainstay.yaml:10: https.hsts: "maybe" is neither on nor off. Write `on` or `off`.',
        'mainstay.yaml:10: https.prot: There is no key "prot" here. Did you mean "port"?',
    ]
    assert says(tmp_path, REST + "https: maybe\n") == [
        'mainstay.yaml:10: https: "maybe" is neither on nor off. Write `on` or `off`.'
    ]
