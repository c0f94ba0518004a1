"""HAProxy's two duties: the balancer, and the way to the database."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography import x509

from mainstay.model.exposure import EVERYBODY, Exposure, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Service
from mainstay.spec.sections.balancer import ALGORITHMS, Algorithm
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.unit.provision.spoken import program, run
from tests.vocabulary import compiled, exposed, file_of, installed, lines_of, lines_with

CONFIG = "/etc/haproxy/haproxy.cfg"
DROP_IN = "/etc/systemd/system/haproxy.service.d/mainstay.conf"
REMEMBER = "/usr/local/lib/mainstay/haproxy-remember"
HAND_OVER = (
    "ExecStop=-/usr/local/lib/mainstay/balancer-hand-over",
    "ExecStartPost=/bin/rm -f /run/mainstay-handing-over",
)
FINISH = "ExecStop=-/sbin/start-stop-daemon --stop --quiet --retry USR1/5 --pid $MAINPID"
UNIT = Probe("unit", "unit", "haproxy.service")
TWO = machines_that_run(lb_01="balancer", srv_01="web app", srv_02="web app")
WITH_DATABASE = machines_that_run(lb_01="balancer", srv_01="web app database", srv_02="web app", srv_03="database")
SITE = Port("site", 80, (EVERYBODY,))
ROUTES = (
    Port("primary", 3306, ("app",), "127.0.0.1"),
    Port("replicas", 3307, ("app",), "127.0.0.1"),
)
ASKED = (Probe("primary", "greeting", "127.0.0.1:3306"), Probe("replicas", "greeting", "127.0.0.1:3307"))
BALANCER_FAULTS = process_faults("balancer", "haproxy", "haproxy.service", ("HaproxyDown",))
ROUTER_FAULTS = process_faults("server", "haproxy", "haproxy.service", ("HaproxyDown",), Limits(stopped=2.0))


def executed(drop_in: list[str]) -> list[str]:
    """Those lines of a unit that run something."""
    return [line for line in drop_in if line.startswith("Exec")]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_requests_are_shared_as_the_file_says(algorithm: str) -> None:
    spec = a_site(machines=TWO, balancer={"algorithm": algorithm}, web={"static": {"/static": "static"}})
    lines = lines_with("balance", installed(spec, "haproxy", on="lb-01"), CONFIG)
    assert lines == [f"balance {algorithm}"] * 3


def test_visitors_come_by_tls_and_those_who_do_not_are_sent_there() -> None:
    part = installed(a_site(machines=TWO, https="on"), "haproxy", on="lb-01")
    assert lines_with("bind", part, CONFIG) == [
        "bind *:80",
        "bind *:443 ssl crt /etc/mainstay/tls/edge/identity.pem alpn h2,http/1.1",
        "bind quic4@*:443 ssl crt /etc/mainstay/tls/edge/identity.pem alpn h3",
    ]
    assert "http-request redirect scheme https code 308" in lines_of(part, CONFIG)
    ports = exposed(a_site(machines=TWO, https="on"), "haproxy", on="lb-01").ports
    secured = Port("site", 443, (EVERYBODY,))
    assert ports == (secured, replace(secured, name="http3", protocol="udp"), Port("plain", 80, (EVERYBODY,)))


def test_http_3_is_offered_where_haproxy_has_it_and_nowhere_once_it_is_off() -> None:
    part = installed(a_site(https={"port": 8443}), "haproxy")
    assert 'http-after-response set-header Alt-Svc "h3=\\":8443\\"; ma=900"' in lines_of(part, CONFIG)
    assert "cluster-secret ${secret:balancers}" in lines_of(part, CONFIG)
    assert file_of(part, CONFIG).mode == "600"
    without = a_site(https={"http3": False})
    assert not [line for line in lines_of(installed(without, "haproxy"), CONFIG) if "quic" in line.lower()]
    assert [port.name for port in exposed(without, "haproxy").ports if port.protocol == "udp"] == []


def test_another_port_is_named_where_visitors_are_sent() -> None:
    part = installed(a_site(https={"port": 8443}, balancer={"port": 8081}), "haproxy")
    redirect = "http-request redirect location https://%[req.hdr(host),field(1,:)]:8443%[pathq] code 308"
    assert redirect in lines_of(part, CONFIG)
    assert "bind *:8081" in lines_of(part, CONFIG)


def test_servers_are_known_by_name_and_know_who_asks() -> None:
    part = installed(a_site(machines=TWO, https="on"), "haproxy", on="lb-01")
    known = (
        "ssl verify required ca-file /etc/mainstay/tls/balancer/authority.pem "
        "crt /etc/mainstay/tls/balancer/identity.pem verifyhost {}"
    )
    servers = [line.split(maxsplit=3) for line in lines_with("server", part, CONFIG)]
    assert [(name, how) for _, name, _, how in servers] == [
        (name, known.format(name)) for name in ("srv-01", "srv-02") * 2
    ]


def test_the_certificate_is_reloaded_when_it_is_renewed() -> None:
    part = installed(a_site(machines=TWO, https="on"), "haproxy", on="lb-01")
    assert "/etc/mainstay/tls/edge/identity.pem" in part.services[-1].reload_on
    assert "${certificate:edge/lb-01/" in file_of(part, "/etc/mainstay/tls/edge/identity.pem").text
    own = installed(a_site(https={"certificate": "tls/shop.pem", "key": "tls/shop.key"}), "haproxy")
    assert file_of(own, "/etc/mainstay/tls/edge/identity.pem").text == "${file:tls/shop.pem}\n${file:tls/shop.key}\n"


def test_a_machine_that_only_routes_has_no_certificate() -> None:
    part = installed(a_site(machines=WITH_DATABASE, https="on"), "haproxy", on="srv-01")
    assert [file.path for file in part.files if file.path.startswith("/etc/mainstay/tls")] == []
    assert "ssl-default-bind-ciphers" not in file_of(part, CONFIG).text


def test_headers_that_the_user_names_are_the_users() -> None:
    spec = a_site(web={"headers": {"x-frame-options": "DENY", "Referrer-Policy": ""}})
    said = [line.split()[2] for line in lines_of(installed(spec, "haproxy"), CONFIG) if "-m found" in line]
    assert said == ["X-Content-Type-Options"]


def test_browsers_are_told_to_keep_to_tls_unless_they_are_not_to() -> None:
    for https, is_told in (("on", True), ({"hsts": "off"}, False), ("off", False)):
        text = file_of(installed(a_site(https=https), "haproxy"), CONFIG).text
        assert ("Strict-Transport-Security" in text) is is_told


def test_an_address_asks_no_more_often_than_the_file_says() -> None:
    limits = {"requests_per_address": 20, "connections_per_address": 30}
    text = file_of(installed(a_site(balancer=limits), "haproxy"), CONFIG).text
    assert "status 429" in text
    assert "{ sc_http_req_rate(0) gt 200 }" in text
    assert "{ sc_conn_cur(0) gt 30 }" in text


def test_there_are_five_ways_to_share() -> None:
    assert get_args(Algorithm) == ("roundrobin", "leastconn", "source", "random", "first")


@pytest.mark.parametrize(
    ("servers", "backup"), [("active-active", ("", "", "")), ("active-passive", ("", " backup", " backup"))]
)
def test_passive_servers_wait_behind_the_first(servers: str, backup: tuple[str, str, str]) -> None:
    machines = machines_that_run(lb_01="balancer", srv_03="web app", srv_01="web app", srv_02="web app")
    plan = compiled(a_site(machines=machines, balancer={"servers": servers}))
    addresses = {machine.name: machine.address for machine in plan.machines}
    assert lines_with("server", plan.manifests["lb-01"].parts["haproxy"], CONFIG) == [
        f"server srv-03 {addresses['srv-03']}:8080{backup[0]}",
        f"server srv-01 {addresses['srv-01']}:8080{backup[1]}",
        f"server srv-02 {addresses['srv-02']}:8080{backup[2]}",
        *(f"server {name} {addresses[name]}:8080" for name in ("srv-03", "srv-01", "srv-02")),
    ]


def test_where_every_server_fails_its_check_all_are_asked_nevertheless() -> None:
    lines = lines_of(installed(a_site(machines=TWO), "haproxy", on="lb-01"), CONFIG)
    unchecked = lines[lines.index("backend unchecked") :]
    assert "use_backend unchecked if { nbsrv(app) eq 0 }" in lines
    assert [line for line in unchecked if "check " in line] == []


def test_a_server_that_says_it_is_leaving_gets_no_more_requests_after_one_check() -> None:
    haproxy = installed(a_site(machines=TWO, web={"static": {"/static": "static"}}), "haproxy", on="lb-01")
    assert lines_of(haproxy, CONFIG).count("http-check disable-on-404") == 2


@pytest.mark.parametrize(
    ("machine", "shown"),
    [
        ("lb-01", Exposure((SITE,), (UNIT, Probe("site", "tcp", "10.77.225.29:80")), BALANCER_FAULTS, has_alerts=True)),
        ("srv-01", Exposure(ROUTES, (UNIT, *ASKED), ROUTER_FAULTS, has_alerts=True)),
        ("srv-02", Exposure(ROUTES, (UNIT, *ASKED), ROUTER_FAULTS, has_alerts=True)),
    ],
)
def test_a_balancer_shows_the_site_and_a_server_its_way_to_the_database(machine: str, shown: Exposure) -> None:
    assert exposed(a_site(machines=WITH_DATABASE), "haproxy", on=machine) == shown


def test_one_machine_has_both_duties() -> None:
    spec = a_site(machines=machines_that_run(srv_01="balancer web app database"))
    haproxy = installed(spec, "haproxy")
    assert exposed(spec, "haproxy").ports == (SITE, *ROUTES)
    assert lines_with("bind", haproxy, CONFIG) == ["bind *:80", "bind 127.0.0.1:3306", "bind 127.0.0.1:3307"]


def test_without_a_database_there_is_no_way_to_it() -> None:
    spec = a_site()
    assert exposed(spec, "haproxy") == Exposure(
        (SITE,), (UNIT, Probe("site", "tcp", "10.77.79.233:80")), BALANCER_FAULTS, has_alerts=True
    )
    assert lines_with("bind", installed(spec, "haproxy"), CONFIG) == ["bind *:80"]
    assert "haproxy" not in compiled(a_site(machines=TWO)).manifests["srv-01"].parts


def test_nobody_but_an_application_needs_a_way_to_the_database() -> None:
    spec = a_site(machines=machines_that_run(srv_01="balancer database", srv_02="web app"))
    assert exposed(spec, "haproxy").ports == (SITE,)
    assert "haproxy" not in compiled(a_site(machines=WITH_DATABASE)).manifests["srv-03"].parts


def test_every_database_is_asked_who_it_is() -> None:
    plan = compiled(a_site(machines=WITH_DATABASE, database={"failover": "manual", "max_lag": "1500ms"}))
    haproxy = plan.manifests["srv-02"].parts["haproxy"]
    one, other = (f"{m.name} {m.address}:3306" for m in plan.machines if "database" in m.roles)
    cut = "on-marked-down shutdown-sessions"
    soon = ("200ms", "100ms", "200ms")
    assert lines_with("server", haproxy, CONFIG) == [
        *[f"server {server} check port 8008 fastinter {fast} {cut}" for fast in soon for server in (one, other)],
        f"server {one} track fresh/srv-01 {cut} on-marked-up shutdown-backup-sessions",
        f"server {other} track fresh/srv-03 {cut} on-marked-up shutdown-backup-sessions",
        f"server srv-01-as-primary {one.split()[1]} track primary/srv-01 backup {cut}",
        f"server srv-03-as-primary {other.split()[1]} track primary/srv-03 backup {cut}",
        f"server srv-01-stale {one.split()[1]} track readable/srv-01 backup {cut}",
        f"server srv-03-stale {other.split()[1]} track readable/srv-03 backup {cut}",
    ]
    asked = [line for line in lines_of(haproxy, CONFIG) if line.startswith("http-check send")]
    assert asked == [
        "http-check send meth GET uri /primary",
        "http-check send meth GET uri /replica?lag=1.5",
        "http-check send meth GET uri /readable",
    ]


def test_durations_are_whole_milliseconds() -> None:
    balancer = {"timeout": "2m", "queue": "1.5s", "check_interval": "290ms"}
    haproxy = installed(a_site(balancer=balancer), "haproxy")
    lines = lines_of(haproxy, CONFIG)
    assert [line for line in lines if line.startswith(("timeout server", "timeout queue"))] == [
        "timeout queue 1500ms",
        "timeout server 120000ms",
    ]
    checks = lines_with("default-server", haproxy, CONFIG)
    assert checks == [
        "default-server check inter 290ms fastinter 100ms fall 2 rise 2 tcp-ut 3s",
        "default-server tcp-ut 3s",
    ]


def test_the_users_own_lines_stand_in_the_frontend_as_they_are() -> None:
    extra = ["http-request deny if { path_beg /internal }", 'http-response set-header X-Note "{{ a }} & <b>"']
    text = file_of(installed(a_site(balancer={"extra": extra, "port": 8888}), "haproxy"), CONFIG).text
    frontend = text.partition("frontend site\n")[2].partition("\nbackend")[0]
    assert "    bind *:8888\n" in frontend
    assert "".join(f"    {line}\n" for line in extra) in frontend


def test_static_files_have_servers_of_their_own() -> None:
    spec = a_site(web={"static": {"/static": "public", "/media/": "media"}})
    lines = lines_of(installed(spec, "haproxy"), CONFIG)
    assert "use_backend static if { path_beg /static/ /media/ }" in lines
    assert [line for line in lines if line.startswith("backend ")] == [
        "backend app",
        "backend unchecked",
        "backend static",
    ]
    without = lines_of(installed(a_site(), "haproxy"), CONFIG)
    assert [line for line in without if line.startswith(("backend ", "use_backend"))] == [
        "use_backend unchecked if { nbsrv(app) eq 0 }",
        "backend app",
        "backend unchecked",
    ]


def test_servers_are_asked_for_the_applications_health_under_the_sites_name() -> None:
    spec = a_site(domain="shop.example.org", app={"source": ".", "wsgi": "a:b", "health": "/health/ready"})
    lines = lines_of(installed(spec, "haproxy"), CONFIG)
    assert "http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host shop.example.org" in lines


def test_a_new_configuration_is_tried_and_then_loaded_without_a_restart() -> None:
    haproxy = installed(a_site(), "haproxy")
    assert file_of(haproxy, CONFIG).validate == "haproxy -c -f {candidate}"
    assert haproxy.services[-1] == Service("haproxy.service", restart_on=(DROP_IN,), reload_on=(CONFIG, REMEMBER))


def test_who_carries_the_log_is_there_before_haproxy_writes_to_it() -> None:
    haproxy = installed(a_site(), "haproxy")
    units = [service.unit for service in haproxy.services]
    assert units == ["mainstay-haproxy-log.socket", "mainstay-haproxy-log.service", "haproxy.service"]
    assert "ListenDatagram=/run/mainstay-haproxy-log" in lines_of(haproxy, f"/etc/systemd/system/{units[0]}")
    assert "log unix@/run/mainstay-haproxy-log len 2048 format short local0 info warning" in lines_of(haproxy, CONFIG)


@pytest.mark.parametrize(
    ("machines", "moving"),
    [
        (WITH_DATABASE, set()),
        (machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app database"), {"lb-01", "lb-02"}),
        (machines_that_run(lb_01="balancer", srv_01="balancer web app database"), {"lb-01", "srv-01"}),
    ],
)
def test_an_address_is_handed_over_only_where_one_moves(machines: dict[str, Any], moving: set[str]) -> None:
    manifests = compiled(a_site(machines=machines)).manifests.items()
    drop_ins = {name: lines_of(m.parts["haproxy"], DROP_IN) for name, m in manifests if "haproxy" in m.parts}
    assert {name: executed(drop_in)[4:] for name, drop_in in drop_ins.items()} == {
        name: [
            "ExecStop=-/usr/local/lib/mainstay/haproxy-remember",
            *(HAND_OVER if name in moving else ()),
            *((FINISH,) if name == "lb-01" or name in moving else ()),
        ]
        for name in drop_ins
    }


def test_what_is_drained_is_noted_before_the_address_goes_and_before_a_reload() -> None:
    spec = a_site(machines=machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app"))
    assert executed(lines_of(installed(spec, "haproxy", on="lb-01"), DROP_IN)) == [
        "ExecReload=",
        "ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c $EXTRAOPTS",
        "ExecReload=-/usr/local/lib/mainstay/haproxy-remember",
        "ExecReload=/bin/kill -USR2 $MAINPID",
        "ExecStop=-/usr/local/lib/mainstay/haproxy-remember",
        *HAND_OVER,
        FINISH,
    ]


@pytest.mark.parametrize(("https", "by_tls"), [("on", "1"), ("off", "0")])
def test_the_configuration_says_whether_servers_are_spoken_to_by_tls_and_not_what_was_noted(
    tmp_path: Path, https: str, by_tls: str
) -> None:
    noted = "1\n# be_id srv_name srv_use_ssl srv_check_port\n3 srv-01 {} 0\n3 srv-02 {} 0\n\n"
    before = noted.format(*"01" if https == "on" else "10")
    program(tmp_path, "socat", f"cat >/dev/null; printf '{before.replace(chr(10), chr(92) + 'n')}'")
    text = file_of(installed(a_site(https=https), "haproxy"), REMEMBER).text
    assert run(text, tmp_path, own="/var/lib/haproxy").returncode == 0
    assert (tmp_path / "server-state").read_text() == noted.format(by_tls, by_tls)


def test_nothing_is_noted_of_a_haproxy_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "server-state").write_text("as before")
    program(tmp_path, "socat", "exit 1")
    text = file_of(installed(a_site(), "haproxy"), REMEMBER).text
    assert run(text, tmp_path, own="/var/lib/haproxy").returncode == 1
    assert (tmp_path / "server-state").read_text() == "as before"


def test_what_is_noted_is_what_a_start_reads_and_what_is_asked_is_what_answers() -> None:
    spec = a_site(machines=machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app"))
    haproxy = installed(spec, "haproxy", on="lb-01")
    assert "file=/var/lib/haproxy/server-state" in lines_of(haproxy, REMEMBER)
    assert "server-state-file /var/lib/haproxy/server-state" in lines_of(haproxy, CONFIG)
    assert "monitor-uri /.well-known/mainstay/balancer" in lines_of(haproxy, CONFIG)


def test_the_certificate_that_visitors_see_holds_every_name(tmp_path: Path) -> None:
    part = installed(a_site(machines=TWO, https="on", web={"aliases": ["*.shop.test"]}), "haproxy", on="lb-01")
    text = file_of(part, "/etc/mainstay/tls/edge/identity.pem").text
    shown = x509.load_pem_x509_certificate(Vault(Store(tmp_path / "secrets.json")).fill_in(text).encode())
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName)[:2] == ["shop.test", "*.shop.test"]
