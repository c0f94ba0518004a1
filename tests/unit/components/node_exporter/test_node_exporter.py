"""node_exporter: which figures, of which units, for whom."""

from mainstay.components.node_exporter.component import UNIT
from mainstay.model.exporter import drop_in_path
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.install import Directory
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, exposed, installed, lines_of

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring")
SITE = a_site(machines=MACHINES, monitoring="on")


def text_of(machine: str, path: str) -> str:
    files = compiled(SITE).manifests[machine].parts["node_exporter"].files
    return next(file.text for file in files if file.path == path)


def test_it_is_on_every_machine_and_only_where_monitoring_is_on() -> None:
    assert all("node_exporter" in manifest.parts for manifest in compiled(SITE).manifests.values())
    off = compiled(a_site(machines=machines_that_run(srv_01="balancer web app")))
    assert not any("node_exporter" in manifest.parts for manifest in off.manifests.values())


def test_those_who_monitor_come_in() -> None:
    assert exposed(SITE, "node_exporter") == Exposure(
        (Port("metrics", 9100, ("prometheus",)),),
        (Probe("unit", "unit", UNIT),),
        metrics=(Metrics("metrics"),),
        has_alerts=True,
    )


def test_the_units_that_others_probe_are_watched() -> None:
    (line,) = [line for line in text_of("srv-01", drop_in_path(UNIT)).splitlines() if "unit-include" in line]
    assert line.strip().removesuffix(" \\") == (
        "--collector.systemd.unit-include=haproxy.service|mainstay-app.service|mainstay-certificates.timer|nginx.service|"
        "prometheus-nginx-exporter.service|prometheus-node-exporter.service"
    )


def test_what_other_programs_leave_is_shown_too() -> None:
    install = installed(SITE, "node_exporter")
    assert Directory("/var/lib/mainstay-figures") in install.directories
    options = {line.removesuffix(" \\") for line in lines_of(install, drop_in_path(UNIT))}
    assert {"--collector.textfile", "--collector.textfile.directory=/var/lib/mainstay-figures"} <= options


def test_only_a_machine_that_monitors_is_answered() -> None:
    mon = next(machine for machine in compiled(SITE).machines if machine.name == "mon-01")
    lines = text_of("srv-01", "/etc/mainstay/tls/node_exporter/web.yml").splitlines()
    assert lines[1:] == [
        "tls_server_config:",
        "  cert_file: /etc/mainstay/tls/node_exporter/identity.pem",
        "  key_file: /etc/mainstay/tls/node_exporter/identity.pem",
        "  client_auth_type: RequireAndVerifyClientCert",
        "  client_ca_file: /etc/mainstay/tls/node_exporter/authority.pem",
        "  min_version: TLS13",
        f"  client_allowed_sans: [{mon.address}]",
    ]
