"""Nginx: static files, and the way to the application on the same machine."""

import re
from pathlib import Path

import pytest

from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Service
from tests.builders import a_site, machines_that_run
from tests.unit.provision.spoken import program, run
from tests.vocabulary import compiled, exposed, file_of, installed, lines_of, lines_with

CONFIG = "/etc/nginx/nginx.conf"
DROP_IN = "/etc/systemd/system/nginx.service.d/mainstay.conf"
LEAVES = "/usr/local/lib/mainstay/server-leaves"
TWO = machines_that_run(lb_01="balancer", srv_01="web app", srv_02="web app")
SERVER = {"runs": ["balancer", "web", "app"], "address": "192.0.2.1"}


def test_by_tls_balancers_come_in_and_the_machine_itself_in_the_clear() -> None:
    spec = a_site(https="on")
    seen, lines = exposed(spec, "nginx"), lines_of(installed(spec, "nginx"), CONFIG)
    address = next(machine.address for machine in compiled(spec).machines)
    assert seen.ports == (Port("http", 8080, ("balancer",)), Port("local", 8080, bind="127.0.0.1"))
    assert [probe.target for probe in seen.probes if probe.kind == "http"] == [
        "http://127.0.0.1:8080/.well-known/mainstay/web"
    ]
    assert [line for line in lines if line.startswith("listen")] == [
        f"listen {address}:8080 ssl default_server;",
        "listen 127.0.0.1:8080 default_server;",
        f"listen {address}:8080 ssl;",
        "listen 127.0.0.1:8080;",
    ]
    assert "ssl_verify_client on;" in lines


@pytest.mark.parametrize(
    ("https", "subject", "is_stranger"),
    [
        ("on", "CN=balancer,OU=lb-01", False),
        ("on", "OU=lb-01,CN=balancer", False),
        ("on", "CN=balancer", False),
        ("on", "CN=etcd,OU=srv-01", True),
        ("on", "CN=balancers,OU=lb-01", True),
        ("on", "OU=CN=balancer,CN=etcd", True),
        ("on", "", True),
        ("", "", False),
    ],
)
def test_by_tls_only_balancers_are_known(https: str, subject: str, is_stranger: bool) -> None:
    lines = lines_of(installed(a_site(https="on"), "nginx"), CONFIG)
    known = next(line for line in lines if line.startswith('"~^on')).split('"')[1].removeprefix("~")
    plain = next(line for line in lines if line == '"|" 0;').split('"')[1]
    said = f"{https}|{subject}"
    assert (said != plain and re.search(known, said) is None) is is_stranger


def test_only_the_balancers_come_in() -> None:
    assert exposed(a_site(), "nginx") == Exposure(
        (Port("http", 8080, ("balancer",)),),
        (
            Probe("unit", "unit", "nginx.service"),
            Probe("http", "http", "http://10.77.79.233:8080/.well-known/mainstay/web", "shop.test"),
        ),
        process_faults("server", "nginx", "nginx.service", ("NginxDown",)),
    )


def test_the_names_of_this_computer_are_known_in_the_lab_only() -> None:
    in_lab = lines_with("server_name", installed(a_site(), "nginx"), CONFIG)
    on_servers = lines_with("server_name", installed(a_site(machines={"srv-01": SERVER}), "nginx"), CONFIG)
    assert in_lab == ["server_name _;", "server_name shop.test localhost 127.0.0.1;"]
    assert on_servers == ["server_name _;", "server_name shop.test;"]


def test_all_host_names_lead_to_the_site() -> None:
    site = a_site(machines={"srv-01": SERVER}, web={"aliases": ["www.shop.test", "shop.test", "shop.example.org"]})
    assert lines_with("server_name", installed(site, "nginx"), CONFIG)[1] == (
        "server_name shop.test www.shop.test shop.example.org;"
    )


def test_whoever_asks_for_another_site_learns_nothing() -> None:
    text = file_of(installed(a_site(machines={"srv-01": SERVER}), "nginx"), CONFIG).text
    first = text.partition("    server {\n")[2].partition("    }\n")[0]
    assert first.split() == ["listen", "192.0.2.1:8080", "default_server;", "server_name", "_;", "return", "421;"]


def test_the_visitors_address_is_believed_of_balancers_only() -> None:
    plan = compiled(a_site(machines=machines_that_run(lb_01="balancer", srv_01="web app database")))
    nginx = plan.manifests["srv-01"].parts["nginx"]
    assert lines_with("set_real_ip_from", nginx, CONFIG) == [f"set_real_ip_from {plan.machines[0].address};"]


def test_static_folders_are_those_of_the_current_release() -> None:
    lines = lines_of(installed(a_site(web={"static": {"/static": "./public", "/media/": "media/"}}), "nginx"), CONFIG)
    assert [line for line in lines if line.startswith(("location", "alias"))] == [
        "location = /.well-known/mainstay/web {",
        "location /static/ {",
        "alias /srv/shop/current/project/public/;",
        "location /media/ {",
        "alias /srv/shop/current/project/media/;",
        "location / {",
    ]


def test_headers_are_added_to_every_response() -> None:
    headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'self'; img-src *"}
    assert lines_with("add_header", installed(a_site(web={"headers": headers}), "nginx"), CONFIG) == [
        'add_header X-Frame-Options "DENY" always;',
        "add_header Content-Security-Policy \"default-src 'self'; img-src *\" always;",
    ]


def test_limits_are_exact() -> None:
    nginx = installed(a_site(web={"max_body": "512KiB", "timeout": "750ms"}), "nginx")
    assert lines_with("client_max_body_size", nginx, CONFIG) == ["client_max_body_size 524288;"]
    assert lines_with("proxy_read_timeout", nginx, CONFIG) == ["proxy_read_timeout 750ms;"]
    assert lines_with("proxy_send_timeout", nginx, CONFIG) == ["proxy_send_timeout 750ms;"]


def test_a_program_is_reached_by_its_port_and_else_by_a_socket() -> None:
    program = a_site(app={"source": ".", "run": "./serve"})
    assert lines_with("server", installed(program, "nginx"), CONFIG)[0] == "server 127.0.0.1:8000 fail_timeout=0;"
    assert lines_with("server", installed(a_site(), "nginx"), CONFIG)[0].startswith("server unix:/run/mainstay-app")


def test_a_new_configuration_is_tried_and_then_loaded_without_a_restart() -> None:
    nginx = installed(a_site(), "nginx")
    assert file_of(nginx, CONFIG).validate == "nginx -t -q -c {candidate}"
    assert nginx.services[-1] == Service("nginx.service", restart_on=(DROP_IN,), reload_on=(CONFIG,))


def test_before_it_stops_the_checks_of_both_ways_are_answered_with_404() -> None:
    nginx = installed(a_site(machines=TWO), "nginx", on="srv-01")
    lines = lines_of(nginx, CONFIG)
    assert '"/up|" /run/mainstay-app-leaves;' in lines
    assert "0 /run/mainstay-nginx-leaves;" in lines
    assert lines_with("if", nginx, CONFIG) == ["if (-f $nginx_leaves) {", "if (-f $app_leaves) {"]
    assert [line for line in lines_of(nginx, DROP_IN) if line.startswith(("ExecSt", "Timeout"))] == [
        "ExecStop=",
        f"ExecStop=-{LEAVES} nginx",
        "ExecStop=-/sbin/start-stop-daemon --quiet --stop --retry QUIT/5 --pidfile /run/nginx.pid",
        "ExecStartPost=/bin/rm -f /run/mainstay-nginx-leaves",
        "TimeoutStopSec=10.9s",
    ]


def test_a_single_server_leaves_its_visitors_to_nobody() -> None:
    nginx = installed(a_site(), "nginx")
    assert lines_with("if", nginx, CONFIG) == []
    assert LEAVES not in [file.path for file in nginx.files]


@pytest.mark.parametrize(
    ("main", "is_drained", "slept", "notes"),
    [("7", False, "0.9\n", ["mainstay-app-leaves"]), ("7", True, "", ["mainstay-app-leaves"]), ("", False, "", [])],
)
def test_it_waits_until_the_balancers_know_unless_they_do(
    tmp_path: Path, main: str, is_drained: bool, slept: str, notes: list[str]
) -> None:
    text = file_of(installed(a_site(machines=TWO), "nginx", on="srv-01"), LEAVES).text
    program(tmp_path, "sleep", 'echo "$1"')
    if is_drained:
        (tmp_path / "mainstay-drained").touch()
    done = run(f"MAINPID={main}; set -- app\n{text}", tmp_path, own="/run")
    assert (done.returncode, done.stdout) == (0, slept)
    assert [path.name for path in tmp_path.glob("*-leaves")] == notes


@pytest.mark.parametrize("https", ["on", "off"])
def test_the_applications_figures_are_for_those_who_monitor_and_not_for_visitors(https: str) -> None:
    machines = machines_that_run(srv_01="balancer web app", mon_01="monitoring")
    app = {"source": "./app", "wsgi": "shop:app", "metrics": "/figures"}
    site = a_site(machines=machines, app=app, monitoring="on", https=https)
    assert [(port.name, port.number, port.open_to) for port in exposed(site, "app").ports] == [
        ("figures", 9114, ("prometheus",))
    ]
    lines = lines_of(installed(site, "nginx"), "/etc/nginx/nginx.conf")
    (address,) = (machine.address for machine in compiled(site).machines if machine.name == "srv-01")
    door = lines.index(f"listen {address}:9114 ssl;")
    assert lines[door : door + 6] == [
        f"listen {address}:9114 ssl;",
        "access_log off;",
        'if ($ssl_client_s_dn !~ "(^|,)CN=prometheus(,|$)") {',
        "return 403;",
        "}",
        "location = /figures {",
    ]
    assert "ssl_verify_client on;" in lines
    visitors = lines.index("location = /figures {", door + 6)
    assert lines[visitors + 1] == "return 404;"


@pytest.mark.parametrize(("monitoring", "metrics"), [("off", {"metrics": "/metrics"}), ("on", {})])
def test_without_figures_or_monitoring_there_is_no_such_door(monitoring: str, metrics: dict[str, str]) -> None:
    machines = machines_that_run(srv_01="balancer web app")
    if monitoring == "on":
        machines |= machines_that_run(mon_01="monitoring")
    site = a_site(machines=machines, app={"source": "./app", "wsgi": "shop:app", **metrics}, monitoring=monitoring)
    assert exposed(site, "app").ports == ()
    assert "9114" not in file_of(installed(site, "nginx"), "/etc/nginx/nginx.conf").text
