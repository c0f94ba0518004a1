"""The section `dns` of `https: acme`, and names with a star."""

import re
from pathlib import Path
from typing import get_args

import pytest

from mainstay.spec import section_doc
from mainstay.spec.sections.dns import PROVIDERS, Dns, ProviderName
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

IN_THE_LAB = MINIMAL.replace("https: off\n", "") + APP
SERVER = IN_THE_LAB.replace("app]}", "app], address: 192.0.2.1}")
ACME = "https: {acme: {email: a@b.org}}\n"
KEY = 'name: key, algorithm: HMAC-SHA256, secret: "${secret:DNS_KEY}"'
RFC2136 = f"provider: rfc2136, credentials: {{server: 192.0.2.53, {KEY}}}"
AT = "mainstay.yaml:10: https.acme.dns"


def shown_by(dns: str) -> str:
    return f"https: {{acme: {{email: a@b.org, dns: {{{dns}}}}}}}\n"


def test_every_key_is_read(tmp_path: Path) -> None:
    dns = f"provider: rfc2136, credentials: {{server: 192.0.2.53, port: 8054, {KEY}}}, wait: 1m"
    spec = loaded(tmp_path, IN_THE_LAB + shown_by(dns))
    assert spec.dns
    assert (spec.dns.provider, spec.dns.seconds) == ("rfc2136", 60)
    assert spec.dns.credentials == {
        "server": "192.0.2.53",
        "port": "8054",
        "name": "key",
        "algorithm": "HMAC-SHA256",
        "secret": "${secret:DNS_KEY}",
    }
    assert spec.own_secrets == ("DNS_KEY",)


@pytest.mark.parametrize("written", ["", "https: off\n", "https: on\n", ACME])
def test_nobody_is_shown_anything_by_dns_unless_the_file_says_so(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, IN_THE_LAB + written).dns is None


@pytest.mark.parametrize("name", PROVIDERS)
def test_how_long_a_record_takes_to_be_seen_is_known_of_every_provider(name: ProviderName) -> None:
    credentials = dict.fromkeys(PROVIDERS[name].needed, "${secret:A}")
    assert 10 <= Dns(provider=name, credentials=credentials).seconds <= 120


def test_the_providers_are_those_that_may_be_written() -> None:
    assert (*PROVIDERS,) == get_args(ProviderName)


def test_the_pages_name_every_provider_and_each_of_its_keys() -> None:
    words = {*re.findall(r"[a-z0-9_]+", section_doc("https"))}
    assert {*PROVIDERS, *(key for provider in PROVIDERS.values() for key in provider.known)} <= words


def test_another_provider_is_refused(tmp_path: Path) -> None:
    said = says(tmp_path, SERVER + shown_by("provider: cloudfare, credentials: {}"))
    assert said == [f'{AT}.provider: "cloudfare" is not a DNS provider that is known here. Did you mean "cloudflare"?']
    (said_of_none_near,) = says(tmp_path, SERVER + shown_by("provider: route53, credentials: {}"))
    assert said_of_none_near.endswith("Write one of " + ", ".join(PROVIDERS) + ".")


def test_what_is_missing_is_shown(tmp_path: Path) -> None:
    assert sorted(says(tmp_path, SERVER + shown_by(""))) == [
        (
            f"{AT}.credentials: This key is missing. "
            "Write one such as `credentials: {api_token: ${secret:DNS_TOKEN}}`."
        ),
        f"{AT}.provider: This key is missing. Write one such as `provider: cloudflare`.",
    ]
    assert says(tmp_path, SERVER + shown_by("provider: rfc2136, credentials: {server: 192.0.2.53}")) == [
        f"{AT}.credentials: rfc2136 needs name, algorithm and secret, too. Write each below it."
    ]


def test_credentials_are_those_of_the_provider_and_show_no_secret(tmp_path: Path) -> None:
    written = shown_by("provider: digitalocean, credentials: {tokn: a, token: dop_v1_abc, account: b}")
    assert sorted(says(tmp_path, SERVER + written)) == [
        f'{AT}.credentials.account: There is no key "account" here. Known for digitalocean: token.',
        (
            f'{AT}.credentials.token: "dop_v1_abc" is not a secret. '
            "Write it as `${secret:NAME}`, and set it: `mainstay secret set NAME`."
        ),
        f'{AT}.credentials.tokn: There is no key "tokn" here. Did you mean "token"?',
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("'a\"b'", r'"\"" cannot stand in a value for certbot. Write the value without it.'),
        (r"'a\b'", r'"\\" cannot stand in a value for certbot. Write the value without it.'),
        ("'${authority}'", '"${authority}" cannot stand here. '),
        ('"a\\nb"', r'"a\nb" holds a line break or a control character.'),
    ],
)
def test_values_hold_what_certbot_can_read(tmp_path: Path, value: str, said: str) -> None:
    written = shown_by(f"provider: rfc2136, credentials: {{server: {value}, {KEY}}}")
    (complaint,) = says(tmp_path, IN_THE_LAB + written)
    assert complaint.startswith(f"{AT}.credentials.server: {said}")


@pytest.mark.parametrize("wait", ["500ms", "11m"])
def test_the_wait_is_bounded(tmp_path: Path, wait: str) -> None:
    (complaint,) = says(tmp_path, IN_THE_LAB + shown_by(f"{RFC2136}, wait: {wait}"))
    assert complaint.endswith("seconds are not between 1s and 10m.")


def test_no_way_leads_out_of_the_lab(tmp_path: Path) -> None:
    written = shown_by('provider: cloudflare, credentials: {api_token: "${secret:A}"}')
    assert says(tmp_path, IN_THE_LAB + written) == [
        f"{AT}.provider: No way leads from the lab to cloudflare. Write `https: on` for the lab, in an overlay."
    ]
    assert loaded(tmp_path, SERVER + written).dns
    assert loaded(tmp_path, IN_THE_LAB + shown_by(RFC2136)).dns
    broken = IN_THE_LAB.replace("srv-01", "-")
    assert [said for said in says(tmp_path, broken + written) if "No way leads" in said] == []


STAR = 'web: {aliases: [www.shop.test, "*.shop.test"]}\n'


def test_a_star_is_shown_by_dns_only(tmp_path: Path) -> None:
    assert says(tmp_path, IN_THE_LAB + ACME + STAR) == [
        (
            "mainstay.yaml:11: web.aliases[1]: An authority gives a certificate for *.shop.test by DNS only. "
            "Write `dns:` under `https: acme`, or take the name away."
        )
    ]
    for https in ("https: off\n", "https: on\n", shown_by(RFC2136)):
        assert loaded(tmp_path, IN_THE_LAB + https + STAR).host_names == ("shop.test", "www.shop.test", "*.shop.test")
    assert loaded(tmp_path, IN_THE_LAB + ACME + "web: {aliases: [www.shop.test]}\n").host_names[1:] == (
        "www.shop.test",
    )
    assert len(says(tmp_path, IN_THE_LAB + ACME + 'web: {aliases: ["*.a.b"], timeout: soon}\n')) == 1


@pytest.mark.parametrize("name", ["*", "*.", "shop.*", "www.*.test", "*.*.test", "**.test", "*shop.test"])
def test_a_star_stands_in_front(tmp_path: Path, name: str) -> None:
    (complaint,) = says(tmp_path, IN_THE_LAB + f'web: {{aliases: ["{name}"]}}\n')
    assert "is not a host name. Write one such as shop.example.org." in complaint


def test_the_domain_has_none(tmp_path: Path) -> None:
    (complaint,) = says(tmp_path, IN_THE_LAB.replace("domain: shop.test", 'domain: "*.shop.test"'))
    assert '"*.shop.test" is not a host name.' in complaint
