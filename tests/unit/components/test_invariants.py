"""What holds of every component on every machine."""

import re
from pathlib import PurePosixPath

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.place import TIERS
from mainstay.components.etcd.component import PURPOSE as ETCD
from mainstay.components.keepalived.component import HAND_OVER
from mainstay.components.mysql.component import AUTHORITY as MYSQL_AUTHORITY
from mainstay.components.mysql.component import IDENTITY as MYSQL_IDENTITY
from mainstay.components.nftables.component import DROP_IN as BESIDE_OTHERS
from mainstay.components.nginx.component import LEAVES
from mainstay.model.certificate import FILES, authority_path, identity_path
from mainstay.model.exposure import EVERYBODY
from mainstay.model.install import Install
from mainstay.model.machine import Instance
from mainstay.model.plan import Plan
from mainstay.spec import BLUEPRINTS, Spec, blueprint
from tests.builders import BY_DNS, a_site, machines_that_run, site_of
from tests.vocabulary import compiled

SITES: dict[str, Spec] = {name: site_of(blueprint(name)) for name in BLUEPRINTS} | {
    "no database": a_site(machines=machines_that_run(lb="balancer", srv_01="web app", srv_02="web app")),
    "a program": a_site(
        machines=machines_that_run(srv_01="balancer web app", db="database"), app={"source": ".", "run": "./serve"}
    ),
    "two addresses": a_site(
        machines=machines_that_run(lb="balancer", srv_01="balancer web app", srv_02="web app"),
        balancer={"mode": "active-active", "notify": "/usr/local/bin/claim", "port": 8081},
    ),
    "voters": a_site(
        machines=machines_that_run(srv_01="balancer web app database", srv_02="database", wit="witness"),
        database={"failover": "automatic"},
    ),
    "asgi": a_site(app={"source": "./app", "asgi": "shop:app"}),
    "over TLS": a_site(
        machines=machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app"), https="on", firewall="on"
    ),
    "asked for": a_site(
        machines=machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app"),
        https={"acme": {"email": "ops@example.org", "directory": "https://ca.test/acme", "authority": "ca.pem"}},
        firewall="on",
    ),
    "asked for by DNS": a_site(
        machines=machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app"),
        https={"acme": {"email": "ops@example.org", "dns": BY_DNS}},
        web={"aliases": ["*.shop.test"]},
        firewall="on",
    ),
    "servers": a_site(
        machines={
            "lb-01": {"runs": ["balancer"], "address": "192.0.2.1"},
            "lb-02": {"runs": ["balancer"], "address": "192.0.2.2"},
            "srv-01": {"runs": ["web", "app", "database"], "address": "192.0.2.3"},
            "srv-02": {"runs": ["web", "app", "database"], "address": "192.0.2.4"},
        },
        balancer={"addresses": ["192.0.2.100"]},
        database={"failover": "automatic"},
        firewall="on",
    ),
    "an own certificate": a_site(https={"certificate": "shop.pem", "key": "shop.key", "port": 8443}, firewall="on"),
}
EDGE = {False: ["site"], True: ["site", "http3", "plain"]}
SHOWN = ("node_exporter", "mysqld_exporter", "nginx_exporter", "prometheus", "alertmanager")
BY_TOOLKIT = {path for name in SHOWN for path in (identity_path(name), authority_path(name))}
ASKED_ANEW = {HAND_OVER, LEAVES, identity_path(ETCD), MYSQL_AUTHORITY, MYSQL_IDENTITY, BESIDE_OTHERS, *BY_TOOLKIT}
"""What is read each time as it then is: programs that another component runs, certificates, what others' units do."""
PACKAGED = {"haproxy", "systemd-journal-remote", "www-data"}
"""The users that Debian's packages make."""

NAMES = {component.name for component in COMPONENTS}


def paths_of(part: Install) -> list[str]:
    """Every path that a component puts on its machine."""
    return [
        *(directory.path for directory in part.directories),
        *(file.path for file in part.files),
        *(bundle.path for bundle in part.bundles),
        *(link.path for link in part.links),
    ]


def https_of(plan: Plan) -> bool:
    parts = (manifest.parts.get("haproxy", Install()) for manifest in plan.manifests.values())
    return any("ssl crt" in file.text for part in parts for file in part.files)


@pytest.fixture(params=SITES)
def plan(request: pytest.FixtureRequest) -> Plan:
    return compiled(SITES[request.param])


def test_ports_are_open_to_components_and_tiers_that_exist(plan: Plan) -> None:
    named = {peer for exposure in plan.exposures.values() for port in exposure.ports for peer in port.open_to}
    assert named <= {*NAMES, *TIERS, EVERYBODY}


def test_only_the_site_itself_is_open_to_everybody(plan: Plan) -> None:
    opened = [(i, p.name) for i, e in plan.exposures.items() for p in e.ports if EVERYBODY in p.open_to]
    balancers = [machine for machine in plan.machines if "balancer" in machine.roles]
    edge = [(Instance("haproxy", machine), name) for machine in balancers for name in EDGE[https_of(plan)]]
    assert [port for port in opened if port[1] != "ssh"] == edge
    assert [i.machine for i, name in opened if name == "ssh"] == list(plan.machines)


def test_no_two_components_of_a_machine_listen_at_one_place(plan: Plan) -> None:
    places = [
        (i.machine.name, port.bind or i.machine.address, port.number, port.protocol)
        for i, exposure in plan.exposures.items()
        for port in exposure.ports
    ]
    assert len({*places}) == len(places)


def test_ports_and_probes_are_named_once(plan: Plan) -> None:
    for exposure in plan.exposures.values():
        for names in ([p.name for p in exposure.ports], [p.name for p in exposure.probes]):
            assert sorted({*names}) == sorted(names)


def test_only_units_that_are_installed_are_probed(plan: Plan) -> None:
    for instance, exposure in plan.exposures.items():
        part = plan.manifests[instance.machine.name].parts[instance.component]
        probed = {probe.target for probe in exposure.probes if probe.kind == "unit"}
        assert probed <= {service.unit for service in part.services}


def test_units_start_again_only_for_what_their_component_puts_there(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        for part in manifest.parts.values():
            inputs = {path for service in part.services for path in (*service.restart_on, *service.reload_on)}
            assert inputs <= {*(file.path for file in part.files), *(link.path for link in part.links)}


def test_every_file_makes_a_unit_start_again_or_load_it(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        for part in manifest.parts.values():
            inputs = {path for service in part.services for path in (*service.restart_on, *service.reload_on)}
            assert {file.path for file in part.files} - ASKED_ANEW <= inputs


def test_every_path_has_one_owner(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        paths = [path for part in manifest.parts.values() for path in paths_of(part)]
        assert sorted({*paths}) == sorted(paths)


def test_what_holds_a_secret_is_for_root_only_or_for_one_group_to_read(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        files = [
            file
            for part in manifest.parts.values()
            for file in part.files
            if re.search(r"\$\{(secret|own|key|file):", file.text)
        ]
        modes = ["600" if file.group == "root" else "640" for file in files]
        assert [(file.owner, file.mode) for file in files] == [("root", mode) for mode in modes]


def test_certificates_lie_where_it_is_looked_until_when_they_are_good(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        files = [file for part in manifest.parts.values() for file in part.files]
        paths = {PurePosixPath(file.path) for file in files if re.search(r"\$\{(certificate:|authority\})", file.text)}
        assert {str(path) for path in paths if not any(path.match(pattern) for pattern in FILES)} == set()


def test_programs_can_be_run_and_nothing_else(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        files = [file for part in manifest.parts.values() for file in part.files]
        programs = {file.path for file in files if file.text.startswith("#!")}
        assert programs == {file.path for file in files if file.mode == "755"}


def test_units_run_as_users_that_are_made(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        for part in manifest.parts.values():
            units = [file.text for file in part.files if file.path.startswith("/etc/systemd/system/mainstay-")]
            named = {user for text in units for user in re.findall(r"^(?:User|SocketUser)=(.*)$", text, re.MULTILINE)}
            assert named - PACKAGED == {user.name for user in part.users}


def test_every_line_of_a_file_ends(plan: Plan) -> None:
    for manifest in plan.manifests.values():
        files = [file for part in manifest.parts.values() for file in part.files]
        assert [file.path for file in files if not file.text.endswith("\n")] == []
