"""journal_remote: who comes in, and where whose log is kept."""

from mainstay.components.journal_remote.component import DOOR_CONFIG, kept_as
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, exposed, installed, lines_of, lines_with

SITE = a_site(
    machines=machines_that_run(srv_01="balancer web app", mon_01="monitoring", mon_02="monitoring"),
    monitoring={"keep": 7, "disk": "1GiB"},
)


def test_it_is_where_monitoring_is_and_all_others_come_in() -> None:
    plan = compiled(SITE)
    assert [name for name, manifest in plan.manifests.items() if "journal_remote" in manifest.parts] == [
        "mon-01", "mon-02",
    ]  # fmt: skip
    ports = {
        port.name: (port.number, port.open_to, port.bind) for port in exposed(SITE, "journal_remote", "mon-01").ports
    }
    assert ports == {
        "journal": (9532, ("journal_upload",), ""),
        "local": (9531, (), "127.0.0.1"),
        "metrics": (9533, ("prometheus",), ""),
    }


def test_each_machine_but_itself_is_handed_on_from_an_address_of_its_own() -> None:
    addresses = {machine.name: machine.address for machine in compiled(SITE).machines}
    part = installed(SITE, "journal_remote", on="mon-01")
    seen = [line.split()[-1] for line in lines_with("server", part, DOOR_CONFIG)]
    assert seen == [f"127.{addresses[name].split('.', 1)[1]}" for name in ("srv-01", "mon-02")]
    assert lines_with("backend", part, DOOR_CONFIG) == ["backend from-srv-01", "backend from-mon-02"]


def test_a_machines_log_is_found_by_that_address() -> None:
    machine = next(machine for machine in compiled(SITE).machines if machine.name == "srv-01")
    assert kept_as(machine) == f"/var/log/journal/remote/remote-127.{machine.address.split('.', 1)[1]}*.journal"


def test_only_what_carries_logs_comes_in_and_is_known_by_its_certificate() -> None:
    lines = lines_of(installed(SITE, "journal_remote", on="mon-01"), DOOR_CONFIG)
    assert "tcp-request session reject unless { ssl_c_s_dn(CN) -m str journal_upload }" in lines
    assert "use_backend from-%[ssl_c_s_dn(OU)]" in lines
    assert all("verify required" in line for line in lines if line.startswith("bind"))


def test_what_is_kept_is_bounded_as_the_figures_are() -> None:
    tidy = lines_of(installed(SITE, "journal_remote", on="mon-01"), "/etc/systemd/system/mainstay-journal-tidy.service")
    assert f"--vacuum-time=7d --vacuum-size={1024**3}" in tidy
