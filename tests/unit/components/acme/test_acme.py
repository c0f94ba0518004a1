"""How a certificate is asked for, and what lets the authority's question in."""

import re
from collections.abc import Mapping

import pytest

from mainstay.components.acme.component import CREDENTIALS, PROGRAM, TIMER, UNIT_FILE, asked
from mainstay.model.install import File, Install
from mainstay.spec import Spec
from tests.builders import BY_DNS, a_site, machines_that_run
from tests.vocabulary import compiled, exposed

TWO = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app")


def asking(**acme: str) -> Spec:
    return a_site(machines=TWO, https={"acme": {"email": "ops@example.org", **acme}}, firewall="on")


def asking_by_dns(*aliases: str, **dns: object) -> Spec:
    acme = {"email": "ops@example.org", "dns": {**BY_DNS, **dns}}
    return a_site(machines=TWO, https={"acme": acme}, firewall="on", web={"aliases": aliases})


def part(spec: Spec, machine: str, component: str) -> Install:
    return compiled(spec).manifests[machine].parts[component]


def files(spec: Spec, machine: str = "lb-01", component: str = "acme") -> dict[str, File]:
    return {file.path: file for file in part(spec, machine, component).files}


def named(spec: Spec) -> str:
    (name,) = re.findall("--cert-name '(.*?)'", files(spec)[PROGRAM].text)
    return str(name)


def test_only_balancers_ask_and_each_on_its_own_address() -> None:
    plan = compiled(asking())
    asking_machines = [name for name, manifest in plan.manifests.items() if "acme" in manifest.parts]
    assert asking_machines == ["lb-01", "lb-02"]
    for machine in plan.machines[:2]:
        assert f"--http-01-address {machine.address} " in files(asking(), machine.name)[PROGRAM].text


def test_it_asks_for_every_name_anew_when_there_is_another() -> None:
    spec = a_site(
        machines=TWO, https={"acme": {"email": "ops@example.org"}}, firewall="on", web={"aliases": ["www.shop.test"]}
    )
    assert "--domain 'shop.test,www.shop.test' --renew-with-new-domains " in files(spec)[PROGRAM].text
    assert named(spec) == named(asking())


def test_nobody_asks_unless_the_file_says_so() -> None:
    plan = compiled(a_site(machines=TWO, https="on"))
    assert not any("acme" in manifest.parts for manifest in plan.manifests.values())
    with pytest.raises(LookupError):
        asked(a_site(machines=TWO, https="on"))


def test_another_authority_means_another_certificate() -> None:
    here, there = asking(directory="https://ca.test/a"), asking(directory="https://ca.test/b")
    assert named(here) != named(there)
    assert named(here).startswith("shop.test-")


def test_a_server_that_the_machines_do_not_trust_is_known_by_a_file_of_the_project() -> None:
    given = files(asking(authority="./ca.pem"))
    assert given["/etc/mainstay/tls/acme/authority.pem"].text == "${file:ca.pem}\n"
    assert "REQUESTS_CA_BUNDLE=/etc/mainstay/tls/acme/authority.pem" in given[PROGRAM].text
    assert "REQUESTS_CA_BUNDLE" not in files(asking())[PROGRAM].text


def test_a_change_asks_anew() -> None:
    (service,) = part(asking(), "lb-01", "acme").services
    assert (service.unit, PROGRAM in service.restart_on) == (TIMER, True)


@pytest.mark.parametrize("port", [443, 8443])
def test_the_authority_is_answered_in_the_clear_and_everybody_else_is_sent_to_tls(port: int) -> None:
    spec = a_site(machines=TWO, https={"port": port, "acme": {"email": "ops@example.org"}})
    config = files(spec, component="haproxy")["/etc/haproxy/haproxy.cfg"].text
    plain = config.partition("frontend plain")[2].partition("\nfrontend")[0]
    assert re.search(r"redirect .* code 308 unless is_challenge\n", plain)
    assert "    use_backend acme if is_challenge\n" in plain
    answering = config.partition("\nbackend acme\n")[2].partition("\nbackend")[0]
    assert re.findall(r"server (\S+) \S+:(\d+)\n", answering) == [("lb-01", "8402"), ("lb-02", "8402")]
    assert "ssl crt /etc/mainstay/tls/edge alpn" in config


def test_only_balancers_bring_the_question() -> None:
    rules = files(asking(), component="nftables")["/etc/mainstay/firewall.nft"].text
    (rule,) = [line for line in rules.splitlines() if "dport 8402" in line]
    addresses = {machine.name: machine.address for machine in compiled(asking()).machines}
    assert addresses["lb-02"] in rule
    assert addresses["srv-01"] not in rule


def test_by_dns_nobody_listens_for_the_question_and_nobody_brings_it() -> None:
    spec = asking_by_dns()
    assert exposed(spec, "acme", on="lb-01").ports == ()
    assert [probe.name for probe in exposed(spec, "acme", on="lb-01").probes] == ["unit", "certificate"]
    config = files(spec, component="haproxy")["/etc/haproxy/haproxy.cfg"].text
    assert "acme" not in config
    assert "ssl crt /etc/mainstay/tls/edge alpn" in config
    assert "dport 8402" not in files(spec, component="nftables")["/etc/mainstay/firewall.nft"].text
    assert "--standalone" not in files(spec)[PROGRAM].text


def test_by_dns_a_plugin_is_told_what_the_file_says_and_the_users_secrets() -> None:
    told = files(asking_by_dns())[CREDENTIALS]
    assert (told.owner, told.mode) == ("root", "600")
    assert told.text == (
        'dns_rfc2136_server = "192.0.2.53"\ndns_rfc2136_name = "key"\n'
        'dns_rfc2136_algorithm = "HMAC-SHA256"\ndns_rfc2136_secret = "${own:DNS_KEY}"\n'
    )
    (service,) = part(asking_by_dns(), "lb-01", "acme").services
    assert CREDENTIALS in service.restart_on
    assert CREDENTIALS not in files(asking())


def test_only_who_asks_by_dns_has_the_plugin() -> None:
    assert part(asking_by_dns(), "lb-01", "acme").packages == ("certbot", "openssl", "python3-certbot-dns-rfc2136")
    assert part(asking(), "lb-01", "acme").packages == ("certbot", "openssl")


@pytest.mark.parametrize(
    ("dns", "seconds"), [({}, 10), ({"wait": "1500ms"}, 2), ({"wait": "2m"}, 120)], ids=["left out", "whole", "written"]
)
def test_a_record_is_given_its_time_and_the_unit_too(dns: Mapping[str, object], seconds: int) -> None:
    given = files(asking_by_dns(**dns))
    assert f" --dns-rfc2136-propagation-seconds {seconds} " in given[PROGRAM].text
    assert f"TimeoutStartSec=5min {3 * seconds}s\n" in given[UNIT_FILE].text
    assert "TimeoutStartSec=5min\n" in files(asking())[UNIT_FILE].text


def test_a_certificate_keeps_its_name_and_another_way_is_gone_at_once() -> None:
    assert named(asking_by_dns()) == named(asking())
    assert "'^authenticator = dns-rfc2136$'" in files(asking_by_dns())[PROGRAM].text
    assert "'^authenticator = standalone$'" in files(asking())[PROGRAM].text


def test_a_name_that_one_with_a_star_holds_is_not_asked_for_beside_it() -> None:
    spec = asking_by_dns("www.shop.test", "*.shop.test", "a.b.shop.test")
    assert "--domain 'shop.test,*.shop.test,a.b.shop.test' " in files(spec)[PROGRAM].text
