"""Each balancer asks an ACME authority for a certificate, and is given one, whatever else is the matter.

One lab for the file: two balancers, one server, and Pebble in its network, which asks as Let's Encrypt does.
"""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import pytest
from cryptography import x509

from tests.lab import knot
from tests.lab.load import LOOPBACK, Answer, Load, no_request_failed
from tests.lab.pebble import ADDRESS as AUTHORITYS_ADDRESS
from tests.lab.pebble import DIRECTORY, Pebble, pebble
from tests.lab.site import LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-acme",)

PORT = 18210
DOMAIN, ALIAS = "shop.test", "www.shop.test"
BALANCERS = ("lb-01", "lb-02")
SITES_ADDRESS, NOBODYS_ADDRESS = "10.77.200.1", "10.77.200.9"
FILE = """\
name: mst-acme
domain: {domain}
machines:
  lb-01: {{ runs: [balancer] }}
  lb-02: {{ runs: [balancer] }}
  srv-01: {{ runs: [web, app] }}
balancer: {{ addresses: [{address}], takeover: fast }}
app: {{ source: ./app, wsgi: "guestbook:app" }}
https: on
firewall: {{ egress: restricted, reach: [{authority}] }}
monitoring: off
lab: {{ port: {port} }}
"""
ACME = f"{{email: ops@example.org, directory: 'https://{AUTHORITYS_ADDRESS}:{DIRECTORY}/dir', authority: ca.pem}}"
ASKS = "mainstay-acme.service"
SHOWN, LIVE = "/etc/mainstay/tls/edge/acme.pem", "/etc/letsencrypt"
FORGET = f"rm -rf {LIVE}/live {LIVE}/archive {LIVE}/renewal"
REACHES = """
import socket
try:
    socket.create_connection(("{address}", 14000), timeout=2).close()
    print("reached")
except OSError as error:
    print(error)
"""
SCORE = re.compile(r"Overall exposure level for \S+: ([0-9.]+)")
MOST = 2.5


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    """Up with a certificate of its own authority."""
    with lab_site("mst-acme", port=PORT) as site:
        site.file.write_text(FILE.format(domain=DOMAIN, address=SITES_ADDRESS, authority=AUTHORITYS_ADDRESS, port=PORT))
        site.up()
        yield site
        site.tries("secret", "remove", "DNS_KEY", "-y")  # it would outlive the lab


@pytest.fixture(scope="module")
def authority(site: LabSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    with pebble(site.name, tmp_path_factory.mktemp("pebble")) as authority:
        authority.believes(SITES_ADDRESS)
        yield authority


def context(*trusted: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata="\n".join(trusted))


def came(known: ssl.SSLContext, path: str = "/up", name: str = DOMAIN) -> Answer:
    """A visitor who comes by a name of the site."""
    try:
        with (
            socket.create_connection((LOOPBACK, PORT), timeout=5) as line,
            known.wrap_socket(line, server_hostname=name) as secured,
        ):
            secured.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            with http.client.HTTPResponse(secured) as response:
                response.begin()
                return Answer(response.status, body=response.read())
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, trouble=f"{type(error).__name__}: {error}")


def serial_on(site: LabSite, balancer: str) -> int:
    """Of the certificate that a balancer shows from an authority; 0 if it has none."""
    done = site.tries_on(balancer, "cat", SHOWN)
    return x509.load_pem_x509_certificate(done.output.encode()).serial_number if done.status == 0 else 0


def asks(site: LabSite, balancer: str) -> bool:
    """Have a balancer ask now; gives whether it got what it asked for."""
    return site.tries_on(balancer, "systemctl", "restart", ASKS).status == 0


def test_each_balancer_is_given_a_certificate_and_no_visitor_notices(site: LabSite, authority: Pebble) -> None:
    own = (site.kept / "authority.pem").read_text()
    assert came(context(own)).status == 200
    (site.project / "ca.pem").write_text(authority.trusted.read_text())
    site.change("https: on\n", f"https: {{acme: {ACME}}}\n")
    known = context(own, authority.root())
    with Load(lambda: came(known), per_second=30) as load:
        site.up()
    no_request_failed(load, at_least=60)
    assert len({serial_on(site, balancer) for balancer in BALANCERS} - {0}) == len(BALANCERS)
    becomes("Known by all", lambda: came(context(authority.root())).status, lambda status: status == 200, within=10)
    assert site.does("up").startswith("Nothing to do")
    site.is_healthy(within=10)


def test_a_certificate_that_is_good_for_long_is_kept(site: LabSite, authority: Pebble) -> None:
    before = serial_on(site, "lb-01")
    assert asks(site, "lb-01")
    assert serial_on(site, "lb-01") == before


def test_a_name_that_leads_elsewhere_gets_none_and_the_last_one_stays(site: LabSite, authority: Pebble) -> None:
    before = serial_on(site, "lb-01")
    site.runs("lb-01", "sh", "-c", FORGET)
    authority.believes(NOBODYS_ADDRESS)
    assert not asks(site, "lb-01")
    assert serial_on(site, "lb-01") == before
    assert came(context(authority.root())).status == 200
    assert DOMAIN in site.runs("lb-01", "journalctl", "--unit", ASKS, "--output", "cat")
    authority.believes(SITES_ADDRESS)
    assert asks(site, "lb-01")
    assert serial_on(site, "lb-01") not in (before, 0)


@pytest.mark.parametrize(("lost", "asking"), [BALANCERS, BALANCERS[::-1]])
def test_one_is_renewed_while_the_other_balancer_is_off(
    site: LabSite, authority: Pebble, lost: str, asking: str
) -> None:
    """Whichever of them has the address, and without a visitor's notice."""
    before = serial_on(site, asking)
    site.power_off(lost)
    try:
        site.runs(asking, "sh", "-c", FORGET)
        known = context(authority.root())
        becomes("An answer", lambda: came(known).status, lambda status: status == 200, within=10)
        with Load(lambda: came(known), per_second=30) as load:
            assert asks(site, asking)
        no_request_failed(load, at_least=30)
        assert serial_on(site, asking) not in (before, 0)
    finally:
        site.power_on(lost)
        site.is_healthy(within=60)


def test_an_account_that_the_authority_has_forgotten_is_made_anew(site: LabSite, authority: Pebble) -> None:
    authority.forgets()
    authority.believes(SITES_ADDRESS)
    for balancer in BALANCERS:
        site.runs(balancer, "sh", "-c", FORGET)
        assert asks(site, balancer), site.runs(balancer, "journalctl", "--unit", ASKS, "--output", "cat")
    assert came(context(authority.root())).status == 200


def test_a_further_name_is_asked_for_and_served(site: LabSite, authority: Pebble) -> None:
    site.change(f"domain: {DOMAIN}\n", f"domain: {DOMAIN}\nweb: {{aliases: [{ALIAS}]}}\n")
    site.up()
    known = context(authority.root())
    becomes("Both names", lambda: came(known, name=ALIAS).status, lambda status: status == 200, within=20)
    assert came(known).status == 200


def test_who_asks_may_do_little_else(site: LabSite, authority: Pebble) -> None:
    told = site.runs("lb-01", "systemd-analyze", "security", "--no-pager", ASKS)
    found = SCORE.search(told)
    assert found
    assert float(found[1]) <= MOST
    private = site.runs("lb-01", "find", LIVE, "/etc/mainstay/tls", "-type", "f", "-name", "*key*", "-perm", "/077")
    assert private == ""
    assert site.runs("lb-01", "stat", "--format", "%a", SHOWN).strip() == "600"


def test_nobody_else_is_reached(site: LabSite, authority: Pebble) -> None:
    """The certificates came all the same: the authority is named in the file."""
    for machine in ("lb-01", "srv-01"):
        assert "refused" in site.runs(machine, "python3", "-c", REACHES.format(address=NOBODYS_ADDRESS))
        assert site.runs(machine, "python3", "-c", REACHES.format(address=AUTHORITYS_ADDRESS)).strip() == "reached"


BY_DNS = f"""\
https:
  acme:
    email: ops@example.org
    directory: https://{AUTHORITYS_ADDRESS}:{DIRECTORY}/dir
    authority: ca.pem
    dns:
      provider: rfc2136
      credentials:
        server: {AUTHORITYS_ADDRESS}
        port: {knot.PORT}
        name: {knot.KEY}
        algorithm: {knot.ALGORITHM.upper()}
        secret: ${{secret:DNS_KEY}}
      wait: 2s
"""


@pytest.mark.skipif(knot.PROGRAM is None, reason="no knotd; `scripts/setup --dev --lab` unpacks Debian's")
def test_by_dns_each_is_given_one_though_the_names_lead_nowhere(
    site: LabSite, authority: Pebble, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From one `up` on; before, the authority came to port 80."""
    before = {balancer: serial_on(site, balancer) for balancer in BALANCERS}
    with knot.knot(site.name, tmp_path_factory.mktemp("knot"), DOMAIN, NOBODYS_ADDRESS) as names:
        authority.names = f"127.0.0.1:{knot.PORT}"
        authority.forgets()
        site.does("secret", "set", "DNS_KEY", given=names.secret)
        site.change(f"https: {{acme: {ACME}}}\n", BY_DNS)
        site.change(f"aliases: [{ALIAS}]", 'aliases: ["*.shop.test"]')
        site.up()
        becomes(
            "Other certificates",
            lambda: {balancer: serial_on(site, balancer) for balancer in BALANCERS},
            lambda now: all(now[balancer] not in (before[balancer], 0) for balancer in BALANCERS),
            within=60,
        )
        known = context(authority.root())
        named = (DOMAIN, "any.shop.test")
        becomes(
            "Both names",
            lambda: {came(known, name=name).status for name in named},
            lambda seen: seen == {200},
            within=10,
        )
        # A record came and went for each balancer and each of the two names; an order that was begun anew has its own.
        becomes("Records", names.updates, lambda count: count >= 8 and count % 2 == 0, within=10)
    assert site.runs("lb-01", "stat", "--format", "%a", "/etc/mainstay/tls/acme/dns.ini").strip() == "600"
    assert "8402" not in site.runs("lb-01", "nft", "list", "ruleset")
    assert site.does("up").startswith("Nothing to do")
