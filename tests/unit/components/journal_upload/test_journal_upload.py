"""journal_upload: whose log goes where."""

from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, installed, lines_of

SERVERS = machines_that_run(srv_01="balancer web app", mon_01="monitoring")
BOTH = {**SERVERS, "mon-02": {"runs": ["monitoring"]}}
UNIT = "/etc/systemd/system/mainstay-journal-upload-mon-01.service"


def units(machine: str) -> list[str]:
    part = installed(a_site(machines=BOTH, monitoring="on"), "journal_upload", on=machine)
    return [service.unit for service in part.services]


def test_a_log_goes_to_every_other_machine_that_monitors() -> None:
    to_01, to_02 = (f"mainstay-journal-upload-{name}.service" for name in ("mon-01", "mon-02"))
    assert (units("srv-01"), units("mon-01"), units("mon-02")) == ([to_01, to_02], [to_02], [to_01])


def test_the_only_machine_that_monitors_carries_its_own_nowhere() -> None:
    part = installed(a_site(machines=SERVERS, monitoring="on"), "journal_upload", on="mon-01")
    assert (part.files, part.services) == ((), ())


def test_it_goes_by_tls_to_the_door_and_is_known_by_a_certificate() -> None:
    site = a_site(machines=SERVERS, monitoring="on")
    mon = next(machine for machine in compiled(site).machines if machine.name == "mon-01")
    lines = lines_of(installed(site, "journal_upload"), UNIT)
    (urls,) = [line for line in lines if line.startswith("--url=")]
    assert urls.split()[0] == f"--url=https://{mon.address}:9532"
    assert "LoadCredential=identity.pem:/etc/mainstay/tls/journal_upload/identity.pem" in lines
    assert "DynamicUser=yes" in lines


def test_without_monitoring_nothing_is_carried() -> None:
    plan = compiled(a_site(machines=machines_that_run(srv_01="balancer web app")))
    assert "journal_upload" not in plan.manifests["srv-01"].parts
