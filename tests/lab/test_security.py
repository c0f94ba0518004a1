"""Visitors come by TLS, and nothing listens to whom it need not: seen from outside, and from every machine.

One lab for the file: two balancers, two servers, `https` and `firewall` on. Each test leaves it whole.
"""

import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pytest

from mainstay.compiler.address import virtual_addresses
from mainstay.compiler.compile import compile_plan
from mainstay.components.nftables.component import openings
from mainstay.model.component import View
from mainstay.spec import load
from mainstay.vault.authority import LEAF_LIFETIME
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.lab import listening, smuggling
from tests.lab.drilling import drilled
from tests.lab.load import LOOPBACK, no_request_failed
from tests.lab.site import CHECKOUT, UP_SECONDS, LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-secure",)

PORT = 18200
BALANCERS = ("lb-01", "lb-02")
MACHINES = (*BALANCERS, "srv-01", "srv-02", "mon-01")
SCAN = (Path(__file__).parent / "scan.py").read_text()
SCAN_SECONDS = 300.0
GOES_BACK_SECONDS = 30.0
SCORE = re.compile(r"Overall exposure level for (\S+): ([0-9.]+)")
MOST_OF_OURS, MOST_OF_PACKAGED = 2.5, 5.0
"""By `systemd-analyze security`, from 0 (can do nothing) to 10."""

SHELLS = "ssh.service"
"""Who has logged in may do all that he may do: what confines this unit would confine him."""

OTHERS = "table ip others { chain input { type filter hook input priority 10; tcp dport 9999 drop; }; }"
IN_THE_CLEAR = """
import http.client, json
connection = http.client.HTTPConnection("{address}", 80, timeout=5)
connection.request("POST", "/entries?page=2", headers={{"Host": "shop.test"}})
answer = connection.getresponse()
print(json.dumps([answer.status, answer.getheader("Location")]))
"""
OFTEN = """
import http.client, json, ssl
trusting = ssl.create_default_context()
trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
connection = http.client.HTTPSConnection("{address}", 443, timeout=5, context=trusting)
said = []
for _ in range(400):
    connection.request("GET", "/up", headers={{"Host": "shop.test"}})
    answer = connection.getresponse()
    answer.read()
    said.append([answer.status, answer.getheader("Retry-After")])
print(json.dumps(said))
"""

IDS, BEFORE_SECONDS = re.compile(r" id=(\S+)"), 60
IN_CONFIDENCE, SCHEMA = "for your eyes only", "mst_secure"
PASSWORDS = ("application", "reader", "replication")
TOKEN = """it's "5 $HOME" \\\\ `x` ${authority} #
and a second line"""
COPIED = "SELECT end_time FROM performance_schema.clone_status WHERE state = 'Completed'"
SEEN_AS_TWO = "lf-alone"
"""By the balancer, too, which passes each on with line ends that leave no doubt."""

STATUS = re.compile(rb"HTTP/1.1 (\d+)")
READABLE_IN_RUN = "find /run /tmp -xdev -type f -perm -004 -exec cat {} +"
DATABASES = ("srv-01", "srv-02")
KNOWS_ITS_SOURCE = (
    "SELECT ssl_verify_server_certificate, ssl_ca_file FROM performance_schema.replication_connection_configuration"
    " JOIN performance_schema.replication_connection_status USING (channel_name) WHERE service_state = 'ON'"
)
CONNECT = """
import os, ssl, urllib.parse
import pymysql

def connected(name, context, host=""):
    url = urllib.parse.urlsplit(os.environ[name])
    return pymysql.connect(
        host=host or url.hostname, port=url.port, user=url.username, password=url.password, database=url.path[1:],
        ssl=context,
    )

knowing = ssl.create_default_context(cafile=os.environ["DATABASE_CA"])
"""
BELIEVED = (
    CONNECT
    + """
for name in ("DATABASE_URL", "DATABASE_REPLICA_URL"):
    connected(name, knowing).close()
    print(name, "believed")
"""
)
NOT_BELIEVED = (
    CONNECT
    + """
try:
    connected("DATABASE_URL", ssl.create_default_context())
except pymysql.MySQLError as error:
    print(error)
"""
)
ASKS_TO_BE_LET_IN = (
    CONNECT
    + """
for user, password in {passwords!r}.items():
    try:
        pymysql.connect(host="{address}", port=3306, user=user, password=password, ssl=knowing).close()
    except pymysql.err.OperationalError as error:
        assert error.args[0] == 1045, error
        print(user, "is refused")
"""
)
SHOWN = (
    CONNECT
    + """
line = connected("DATABASE_URL", knowing, host="{address}")
print(line._sock.getpeercert()["serialNumber"])
"""
)


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    with lab_site("mst-secure", port=PORT, blueprint="ha") as site:
        site.up()
        site.is_healthy(within=60)
        yield site
        site.tries("secret", "remove", "token", "-y")  # it would outlive the lab


@pytest.fixture
def _whole(site: LabSite) -> Iterator[None]:
    """For a test that changes something: afterwards all is well again."""
    yield
    site.is_healthy(within=60)


def addresses(site: LabSite) -> dict[str, str]:
    return {machine.name: machine.address for machine in compile_plan(load(site.file), "").machines}


def trusting(site: LabSite) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=site.authority)


def shaken_hands(context: ssl.SSLContext, name: str = "shop.test") -> ssl.SSLSocket:
    with socket.create_connection((LOOPBACK, PORT), timeout=5) as plain:
        return context.wrap_socket(plain, server_hostname=name)


def certificate(site: LabSite) -> bytes:
    with shaken_hands(trusting(site)) as line:
        shown = line.getpeercert(binary_form=True)
    assert shown
    return shown


def declared(site: LabSite) -> dict[str, dict[str, list[int]]]:
    """Which TCP ports of each machine are open to whom, as the file has it; "" stands for a stranger."""
    spec = load(site.file)
    plan = compile_plan(spec, "")
    names = {machine.address: machine.name for machine in plan.machines}
    found: dict[str, dict[str, list[int]]] = {who: {} for who in ("", *MACHINES)}
    for machine in plan.machines:
        open_to = {
            o.port.number: {names[source] for source in o.sources}
            for o in openings(View(spec, machine, plan.exposures, ""))
            if o.port.protocol == "tcp"
        }
        for who, ports in found.items():
            ports[machine.address] = sorted(n for n, callers in open_to.items() if not callers or who in callers)
    return found


def scanned(site: LabSite, who: str) -> dict[str, list[int]]:
    """Which ports of all other machines take a connection from this one; "" is the lab's network outside of them."""
    others = [address for name, address in addresses(site).items() if name != who]
    command = ["python3", "-c", SCAN, *others]
    if who:
        told = site.does("exec", "-m", who, "--", *command, seconds=SCAN_SECONDS)
    else:
        enter = ("ip", "netns", "exec", f"mainstay-{site.name}")
        told = subprocess.run((*enter, *command), capture_output=True, text=True, check=True).stdout
    found: dict[str, list[int]] = json.loads(told)
    return found


@pytest.mark.parametrize("who", ["", *MACHINES])
def test_open_is_what_is_declared_and_nothing_else(site: LabSite, who: str) -> None:
    own = addresses(site).get(who)
    wanted = {address: ports for address, ports in declared(site)[who].items() if address != own}
    assert scanned(site, who) == wanted


def test_visitors_come_by_tls_and_know_whom_they_trust(site: LabSite) -> None:
    told = site.status()
    assert {name: machine["address"] for name, machine in told["machines"].items()} == addresses(site)
    assert told["endpoints"]["site"] == f"https://127.0.0.1:{PORT}"
    assert told["endpoints"]["ca"] == str(site.authority)
    with shaken_hands(trusting(site)) as line:
        assert (line.version(), line.selected_alpn_protocol()) == ("TLSv1.3", None)
    answer = site.get("/whoami")
    assert answer.status == 200
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get local issuer"):
        shaken_hands(ssl.create_default_context())
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shaken_hands(trusting(site), "other.test")


def test_http_2_is_spoken(site: LabSite) -> None:
    context = trusting(site)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with shaken_hands(context) as line:
        assert line.selected_alpn_protocol() == "h2"


def http_3(site: LabSite, verb: str, address: str, *words: str) -> "subprocess.Popen[str]":
    """A visitor who comes from the lab's network: see `http3`."""
    enter = ("nsenter", f"--net=/run/netns/mainstay-{site.name}", sys.executable, "-m", "tests.lab.http3")
    asked = (verb, address, "shop.test", str(site.authority), *words)
    return subprocess.Popen((*enter, *asked), cwd=CHECKOUT, stdin=PIPE, stdout=PIPE, text=True)


def by_http_3(site: LabSite, balancer: str, path: str, times: int = 1) -> list[tuple[int, dict[str, str]]]:
    """What a balancer answers."""
    told, _ = http_3(site, "ask", addresses(site)[balancer], path, str(times)).communicate(timeout=60)
    return [(status, headers) for status, headers in json.loads(told)]


def has_http_3(site: LabSite) -> bool:
    """What HAProxy was built with is Debian's choice."""
    return "+QUIC" in site.runs("lb-01", "haproxy", "-vv")


def test_http_3_is_spoken_and_offered_where_the_balancer_has_it(site: LabSite) -> None:
    """And nothing else listens by UDP."""
    has_it = has_http_3(site)
    assert ("alt-svc" in site.get("/whoami").headers) is has_it
    for name in MACHINES:
        listening = {line.split()[3] for line in site.runs(name, "ss", "-H", "-l", "-n", "-u").splitlines()}
        outside = {door for door in listening if not door.startswith(("127.", "[::1]"))}
        assert outside == ({"0.0.0.0:443"} if has_it and name in BALANCERS else set()), name
    for balancer in BALANCERS if has_it else ():
        ((status, headers),) = by_http_3(site, balancer, "/whoami")
        assert (status, headers["alt-svc"]) == (200, 'h3=":443"; ma=900')
        assert headers["strict-transport-security"] == "max-age=63072000"
        assert "HTTP/3.0" in site.does("logs", balancer, "--request", headers["x-request-id"])


def test_whoever_takes_over_says_that_a_connection_by_udp_is_gone(site: LabSite) -> None:
    """Where it could not, a visitor would wait for his patience to end: packets to somebody else are not refused."""
    if not has_http_3(site):
        pytest.skip("this HAProxy was built without QUIC")
    (address,) = virtual_addresses(load(site.file))
    holder = next(name for name in BALANCERS if f" {address}/" in site.runs(name, "ip", "-4", "-o", "address", "show"))
    with http_3(site, "return", address, "/whoami") as visitor:
        assert visitor.stdout is not None
        assert visitor.stdout.readline() == "200\n"
        site.does("drain", holder)
        told, _ = visitor.communicate("again\n", timeout=30)
    site.does("undrain", holder)
    assert json.loads(told) is True


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("newest", "ciphers"),
    [
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "AES128-SHA:AES256-SHA256:AES128-GCM-SHA256"),
        (ssl.TLSVersion.TLSv1_2, "DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA"),
    ],
)
def test_what_is_old_is_not_spoken(site: LabSite, newest: ssl.TLSVersion, ciphers: str) -> None:
    context = trusting(site)
    context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shaken_hands(context)


def test_who_comes_in_the_clear_is_sent_to_tls(site: LabSite) -> None:
    program = IN_THE_CLEAR.format(address=addresses(site)["lb-01"])
    told = json.loads(site.runs("srv-01", "python3", "-c", program))
    assert told == [308, "https://shop.test/entries?page=2"]


@pytest.mark.usefixtures("_whole")
def test_who_asks_too_often_is_told_so_and_nobody_else(site: LabSite) -> None:
    site.change("balancer:\n", "balancer:\n  requests_per_address: 10\n")
    site.up()
    told = json.loads(site.runs("srv-01", "python3", "-c", OFTEN.format(address=addresses(site)["lb-01"])))
    assert {status for status, _ in told[:100]} == {200}
    assert told[-1] == [429, "10"]
    holder = next(name for name in MACHINES if addresses(site)[name] == addresses(site)["lb-01"])
    table = site.runs(holder, "sh", "-c", "echo 'show table site' | socat - /run/haproxy/admin.sock")
    assert f"key={addresses(site)['srv-01']}" in table
    assert site.get("/whoami").status == 200
    if has_http_3(site):
        assert {status for status, _ in by_http_3(site, "lb-01", "/up", 200)} == {200, 429}
    site.change("  requests_per_address: 10\n", "")
    site.up()


@pytest.mark.usefixtures("_whole")
def test_no_request_is_smuggled_past_the_balancer(site: LabSite) -> None:
    """Each that a server saw is one that the balancer had seen, under the id that it gave it."""
    begun = int(time.time())
    door = (LOOPBACK, PORT)
    by_http_1, by_http_2 = trusting(site), trusting(site)
    by_http_2.set_alpn_protocols(["h2"])
    tried = [(name, by_http_1, sent) for name, sent in smuggling.BY_HTTP_1.items()]
    tried += [(name, by_http_2, sent) for name, sent in smuggling.BY_HTTP_2.items()]
    with ThreadPoolExecutor(max_workers=len(tried)) as pool:
        asked = {name: pool.submit(smuggling.answered, door, context, sent) for name, context, sent in tried}
    told = {name: answer.result() for name, answer in asked.items()}
    time.sleep(1)
    lines = [line for name in DATABASES for line in said_since(site, begun, name, "nginx").splitlines()]
    served = [json.loads(line)["request_id"] for line in lines if line.startswith("{")]
    statuses = {name: STATUS.findall(answer) for name, answer in told.items()}
    assert [name for name, found in statuses.items() if any(status < b"400" for status in found)] == []
    assert [name for name, found in statuses.items() if len(found) > 1] == [SEEN_AS_TWO]
    assert served
    assert len(served) == len({*served})

    def strangers() -> set[str]:
        """A balancer writes a request down when it is over, which may be later; one from before may be served now."""
        known = (IDS.findall(said_since(site, begun - BEFORE_SECONDS, name, "haproxy")) for name in MACHINES[:2])
        return {*served}.difference(*known)

    becomes("No request that no balancer knows", strangers, lambda found: found == set(), within=5)


def said_since(site: LabSite, begun: int, machine: str, who: str) -> str:
    return site.runs(machine, "journalctl", "--identifier", who, "--since", f"@{begun}", "--output", "cat")


@pytest.mark.usefixtures("_whole")
def test_who_listens_on_the_links_learns_nothing(site: LabSite, tmp_path: Path) -> None:
    """Writes, reads, a change of primary, and a copy of the whole database to another machine."""
    secrets = json.loads((site.kept / "secrets.json").read_text())
    private = {name: value for name, value in secrets.items() if not name.startswith("certificate:")}
    links = tmp_path / "links"
    with listening.heard(site.name, links):
        for number in range(20):
            site.post("/entries", {"author": "Ada", "message": f"{IN_CONFIDENCE} {number}"})
            assert site.get("/").status == 200
        site.does("db", "switchover")
        replica = next(iter(site.status()["database"]["replicas"]))
        before = copied_at(site, replica)
        site.does("db", "reinit", replica)
        becomes("Copied", lambda: copied_at(site, replica), lambda at: at not in ("", before), within=60)
    told = links.read_bytes()
    assert IN_CONFIDENCE in site.sql(replica, f"SELECT message FROM {SCHEMA}.entries")
    assert b"GET /primary" in told  # a question between machines that is no secret
    assert [name for name, value in private.items() if value.encode() in told] == []
    assert IN_CONFIDENCE.encode() not in told


def copied_at(site: LabSite, machine: str) -> str:
    """When the last copy of all data to a machine was complete; "" while it does not answer."""
    done = site.tries_on(machine, "mysql", "--batch", "--skip-column-names", "-e", COPIED)
    return done.output.strip() if done.status == 0 else ""


@pytest.mark.usefixtures("_whole")
def test_passwords_are_renewed_and_nobody_notices(site: LabSite) -> None:
    """The same `up` brings a secret of the user's, whatever signs it holds."""
    before = passwords_of(site)
    site.change("app:\n", "app:\n  env: {TOKEN: 'a ${secret:token} b'}\n")
    assert "mainstay secret set token" in site.tries("up").errors
    site.does("secret", "set", "token", given=TOKEN)
    with site.load("/") as load:
        time.sleep(1)
        site.does("secret", "rotate", seconds=UP_SECONDS)
        time.sleep(1)
    no_request_failed(load, at_least=200)
    after = passwords_of(site)
    assert [account for account in before if before[account] == after[account]] == []
    for machine in DATABASES:
        refused = ASKS_TO_BE_LET_IN.format(address=addresses(site)[machine], passwords=before)
        assert as_app(site, machine, refused) == "\n".join(f"{account} is refused" for account in PASSWORDS)
    replica = next(iter(site.status()["database"]["replicas"]))
    site.sql(replica, "STOP REPLICA IO_THREAD; START REPLICA IO_THREAD")
    site.is_healthy(within=30)
    said = as_app(site, DATABASES[0], "import json, os; print(json.dumps(os.environ['TOKEN']))")
    assert json.loads(said) == f"a {TOKEN} b"
    assert TOKEN.splitlines()[0] not in site.does("secret", "list")


def passwords_of(site: LabSite) -> dict[str, str]:
    """By account; those in use must not be given to a program, whose words all can read."""
    known = json.loads((site.kept / "secrets.json").read_text())
    return {account: known[f"database-{account}"] for account in PASSWORDS}


@pytest.mark.usefixtures("_whole")
def test_another_authority_takes_its_place_and_nobody_notices(site: LabSite) -> None:
    assert site.authority
    first, before = site.authority.read_text(), [certificate(site), *shown_by_databases(site)]
    with site.load("/", per_second=30) as load:
        time.sleep(1)
        site.does("secret", "rotate", "authority", seconds=UP_SECONDS)
        time.sleep(1)
    no_request_failed(load, at_least=200)
    after = [certificate(site), *shown_by_databases(site)]
    assert [name for name, old, new in zip(("edge", *DATABASES), before, after, strict=True) if old == new] == []
    believed = site.authority.read_text()
    assert believed.count("BEGIN") == 1
    assert first not in believed
    for machine in MACHINES:
        held = site.runs(machine, "sh", "-c", "cat /etc/mainstay/tls/*/authority.pem")
        assert held.replace(believed, "").strip() == "", machine


@pytest.mark.usefixtures("_whole")
def test_certificates_that_run_out_are_renewed_and_nothing_else_is(site: LabSite) -> None:
    certificates_run_out(site)
    site.change("balancer:\n", "balancer:\n  requests_per_address: 10\n")
    refused = site.tries("secret", "renew", "-y")
    assert (refused.status, "lb-01: change /etc/haproxy/haproxy.cfg" in refused.errors) == (1, True), refused
    site.change("  requests_per_address: 10\n", "")
    before, others = [certificate(site), *shown_by_databases(site)], held_besides(site)
    with site.load("/", per_second=30) as load:
        time.sleep(1)
        told = json.loads(site.does("secret", "renew", "-y", "-o", "json", seconds=UP_SECONDS))
        time.sleep(1)
    no_request_failed(load, at_least=200)
    assert [name for name in MACHINES if not told["changes"][name]] == []
    after = [certificate(site), *shown_by_databases(site)]
    assert [name for name, old, new in zip(("edge", *DATABASES), before, after, strict=True) if old == new] == []
    assert held_besides(site) == others
    assert set(json.loads(site.does("secret", "renew", "-y", "-o", "json"))["changes"].values()) == {0}
    assert site.status()["good_until"] == told["good_until"]


def certificates_run_out(site: LabSite) -> None:
    """In the vault, two thirds of their life are behind all that were issued; machines have others."""
    vault = Vault(Store(site.kept / "secrets.json"), lambda: datetime.now(UTC) - LEAF_LIFETIME * 3 / 4, site.project)
    authority = ("certificate:authority", "key:authority")
    vault.store.keep(lambda name: name in authority or not name.startswith(("certificate:", "key:")))
    for manifest in compile_plan(load(site.file), "").manifests.values():
        vault.fill_in_manifest(manifest)


def held_besides(site: LabSite) -> dict[str, str]:
    """What all files of settings hold on each machine, but for the certificates of the machine itself."""
    look = "find /etc /usr/local -type f -not -name '*identity.pem' -exec sha256sum {} + | sort"
    return {machine: site.runs(machine, "sh", "-c", look) for machine in MACHINES}


def shown_by_databases(site: LabSite) -> list[str]:
    """The certificate of the MySQL of each machine."""
    found = addresses(site)
    return [as_app(site, machine, SHOWN.format(address=found[machine])) for machine in DATABASES]


def as_app(site: LabSite, machine: str, program: str) -> str:
    done = site.tries_as_app(machine, program)
    assert done.status == 0, done
    return done.output.strip()


@pytest.mark.parametrize("machine", DATABASES)
def test_applications_know_their_database_and_believe_no_other(site: LabSite, machine: str) -> None:
    assert as_app(site, machine, BELIEVED) == "DATABASE_URL believed\nDATABASE_REPLICA_URL believed"
    assert "certificate verify failed" in as_app(site, machine, NOT_BELIEVED)


def test_a_replica_knows_its_source(site: LabSite) -> None:
    told = [site.sql(machine, KNOWS_ITS_SOURCE) for machine in DATABASES]
    assert sorted(told) == ["", "YES\t/etc/mysql/mainstay-authority.pem"]


@pytest.mark.usefixtures("_whole")
def test_new_rules_that_lock_us_out_go_back(site: LabSite) -> None:
    site.runs("lb-01", "sh", "-c", f"echo '{OTHERS}' | nft -f -")
    site.change("firewall: on  ", "firewall: {ssh: [192.0.2.1]}  ")
    done = site.tries("up")
    assert (done.status, "did not let us in through the new firewall" in done.errors) == (1, True), done
    assert "lb-01" in done.errors
    assert [name for name in MACHINES[1:] if name in done.errors] == []

    def comes_in() -> int:
        way = ("ssh", "-F", str(site.kept / "ssh_config"), "-o", "ControlPath=none", "-o", "ConnectTimeout=2")
        return subprocess.run((*way, "lb-01", "true"), env=site.environment(), check=False).returncode

    becomes("SSH as before", comes_in, lambda status: status == 0, within=GOES_BACK_SECONDS)
    site.change("firewall: {ssh: [192.0.2.1]}  ", "firewall: on  ")
    site.up()
    assert "dport 9999" in site.runs("lb-01", "nft", "list", "table", "ip", "others")
    site.runs("lb-01", "nft", "delete", "table", "ip", "others")


def test_the_firewall_is_there_again_after_a_power_cut(site: LabSite) -> None:
    site.power_off("lb-02")
    site.power_on("lb-02")
    site.is_healthy(within=60)
    assert "policy drop" in site.runs("lb-02", "nft", "list", "table", "inet", "mainstay")


@pytest.mark.usefixtures("_whole")
def test_the_firewall_outlives_debians_own(site: LabSite) -> None:
    for order in ("start", "reload", "stop"):
        site.runs("lb-01", "systemctl", order, "nftables.service")
        assert "policy drop" in site.runs("lb-01", "nft", "list", "table", "inet", "mainstay"), order


@pytest.mark.usefixtures("_whole")
def test_balancers_are_lost_under_tls_as_without(site: LabSite) -> None:
    status, told = drilled(site, "balancer-power-off")
    assert (status, told["held"], told["why"]) == (0, True, "")


@pytest.mark.parametrize("machine", MACHINES)
def test_secrets_lie_where_they_are_needed_and_nowhere_else(site: LabSite, machine: str) -> None:
    """Not in a process list, a log, or a file that others can read."""
    secrets = secrets_of(site)
    layer = site.state / "mainstay" / "labs" / site.name / "machines" / machine / "disk" / "upper"
    assert {name for path in files_of(layer) for name in held(secrets, path.read_bytes())}
    told = site.runs(machine, "sh", "-c", "ps axww -o args; journalctl --no-pager --output=cat; " + READABLE_IN_RUN)
    assert held(secrets, told.encode()) == []
    readable = {str(path): held(secrets, path.read_bytes()) for path in files_of(layer, by_others=True)}
    assert readable
    assert {path: names for path, names in readable.items() if names} == {}


def test_the_projects_folder_holds_secrets_in_one_file(site: LabSite) -> None:
    holding = [path for path in files_of(site.project) if held(secrets_of(site), path.read_bytes())]
    assert [(path.name, stat.filemode(path.stat().st_mode)) for path in holding] == [("secrets.json", "-rw-------")]


def secrets_of(site: LabSite) -> dict[str, bytes]:
    """What nobody else may know: passwords, and of each private key (PEM) its second line."""
    known = json.loads((site.kept / "secrets.json").read_text())
    public = ("certificate:", "own:")  # an application may show what is its user's
    private = {name: value for name, value in known.items() if not name.startswith(public)}
    return {name: value.splitlines()[2 if "\n" in value else 0].encode() for name, value in private.items()}


def held(secrets: dict[str, bytes], text: bytes) -> list[str]:
    return [name for name, value in secrets.items() if value in text]


def files_of(folder: Path, *, by_others: bool = False) -> Iterator[Path]:
    """All files below; or those alone that any account of the machine can come to and read."""
    for place, folders, names in os.walk(folder):
        if by_others:
            folders[:] = [name for name in folders if Path(place, name).lstat().st_mode & stat.S_IXOTH]
        for path in (Path(place, name) for name in names):
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and (mode & stat.S_IROTH or not by_others):
                yield path


@pytest.mark.parametrize("machine", ["lb-01", "srv-01", "mon-01"])
def test_units_may_do_what_they_need_and_little_more(site: LabSite, machine: str) -> None:
    services = compile_plan(load(site.file), "").manifests[machine].services
    units = [s.unit for s in services if s.unit.endswith(".service") and not s.unit.startswith(("systemd-", SHELLS))]
    told = site.runs(machine, "systemd-analyze", "security", "--no-pager", *units)
    exposure = {unit: float(score) for unit, score in SCORE.findall(told)}
    assert sorted(exposure) == sorted(units)
    most = {unit: MOST_OF_OURS if unit.startswith("mainstay-") else MOST_OF_PACKAGED for unit in units}
    assert {unit: score for unit, score in exposure.items() if score > most[unit]} == {}


@pytest.mark.parametrize("machine", ["lb-01", "srv-01"])
def test_nobody_logs_in_by_a_password(site: LabSite, machine: str) -> None:
    config = dict(line.lower().split(" ", 1) for line in site.runs(machine, "/usr/sbin/sshd", "-T").splitlines())
    wanted = {
        "passwordauthentication": "no",
        "kbdinteractiveauthentication": "no",
        "permitrootlogin": "prohibit-password",
    }
    assert {name: config[name] for name in wanted} == wanted
    assert [name for name in config["kexalgorithms"].split(",") if "25519" not in name] == []
    assert [name for name in config["macs"].split(",") if "etm" not in name] == []
    way = ("ssh", "-F", str(site.kept / "ssh_config"), "-o", "ControlPath=none", "-o", "PubkeyAuthentication=no")
    refused = subprocess.run(
        (*way, "-o", "BatchMode=yes", machine, "true"),
        env=site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Permission denied (publickey)" in refused.stderr


def test_up_again_changes_nothing(site: LabSite) -> None:
    assert set(site.up().values()) == {0}
