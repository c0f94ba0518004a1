"""etcd: where it listens, whom it believes, and when it may begin."""

from pathlib import Path

import pytest

from mainstay.components.etcd.component import DROP_IN, MAY_START, SETTINGS
from mainstay.model.exposure import Port
from mainstay.spec import Spec
from tests.builders import a_site, machines_that_run
from tests.unit.provision.spoken import run
from tests.vocabulary import exposed, file_of, installed, lines_of

THREE = machines_that_run(lb_01="balancer", srv_01="web app database", srv_02="web app database")
SITE: Spec = a_site(machines=THREE, database={"failover": "automatic"})
IDENTITY = "/etc/mainstay/tls/etcd/identity.pem"


def settings(on: str = "srv-01") -> dict[str, str]:
    """What etcd is told on a machine."""
    return dict(line.split("=", 1) for line in lines_of(installed(SITE, "etcd", on), SETTINGS))


def test_every_port_asks_for_a_certificate_but_the_one_on_the_loopback_that_tells_health_only() -> None:
    told = settings()
    urls = {name: url.split(",") for name, url in told.items() if name.startswith("ETCD_LISTEN")}
    clear = [name for name, listed in urls.items() for url in listed if not url.startswith("https://")]
    assert clear == ["ETCD_LISTEN_METRICS_URLS"]
    assert told["ETCD_LISTEN_METRICS_URLS"] == "http://127.0.0.1:2381"
    assert (told["ETCD_CLIENT_CERT_AUTH"], told["ETCD_PEER_CLIENT_CERT_AUTH"]) == ("true", "true")
    assert told["ETCD_PEER_CERT_ALLOWED_CN"] == "etcd"


def test_it_listens_on_its_machines_address_and_to_itself() -> None:
    address = "10.77.79.233"
    assert settings()["ETCD_LISTEN_CLIENT_URLS"] == f"https://{address}:2379,https://127.0.0.1:2379"
    assert settings()["ETCD_LISTEN_PEER_URLS"] == f"https://{address}:2380"


def test_no_setting_says_with_whom_it_begins() -> None:
    told = file_of(installed(SITE, "etcd"), SETTINGS).text + file_of(installed(SITE, "etcd"), DROP_IN).text
    assert "INITIAL_CLUSTER" not in told


def test_who_may_speak_to_it() -> None:
    ports = exposed(SITE, "etcd").ports
    assert ports[:2] == (Port("client", 2379, ("etcd", "keeper")), Port("peer", 2380, ("etcd",)))
    assert [(port.bind, port.open_to) for port in ports[2:]] == [("127.0.0.1", ())] * 2


def test_a_renewed_certificate_is_read_without_a_restart() -> None:
    (service,) = installed(SITE, "etcd").services
    assert IDENTITY not in service.restart_on
    assert "/etc/mainstay/tls/etcd/authority.pem" in service.restart_on


def test_only_etcd_reads_its_key() -> None:
    identity = file_of(installed(SITE, "etcd"), IDENTITY)
    assert (identity.owner, identity.group, identity.mode) == ("root", "etcd", "640")
    leaf = "etcd/srv-01/10.77.79.233"
    assert identity.text == f"${{certificate:{leaf}}}\n${{key:{leaf}}}\n"


@pytest.mark.parametrize(
    ("there", "may", "left"),
    [
        ((), False, []),
        (("mainstay/member",), False, []),
        (("order.env",), True, ["order.env"]),
        (("mainstay/member/wal",), True, []),
        (("mainstay/member/wal", "order.env"), True, []),
    ],
)
def test_a_voter_begins_with_its_data_or_by_order(
    tmp_path: Path, there: tuple[str, ...], may: bool, left: list[str]
) -> None:
    for path in there:
        (tmp_path / path).mkdir(parents=True) if "mainstay" in path else (tmp_path / path).touch()
    started = run(file_of(installed(SITE, "etcd"), MAY_START).text, tmp_path, own="/var/lib/etcd")
    assert (started.returncode == 0) is may
    assert [path.name for path in tmp_path.glob("*.env")] == left
