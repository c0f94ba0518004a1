"""When a server is upgraded, and what must be so then."""

import re
from typing import Any

import pytest

from mainstay.components.unattended_upgrades.component import wanted
from mainstay.spec import Spec
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, exposed, file_of, installed, lines_of

NAME = "unattended_upgrades"
SETTINGS = "/etc/apt/apt.conf.d/60mainstay"
PROGRAM = "/usr/local/lib/mainstay/may-upgrade"
LISTS = "/etc/systemd/system/apt-daily.timer.d/mainstay.conf"
TURN = "/etc/systemd/system/apt-daily-upgrade.timer.d/mainstay.conf"
UNIT = "/etc/systemd/system/apt-daily-upgrade.service.d/mainstay.conf"
HA = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app database", srv_02="web app database")


def addressed(machines: dict[str, Any]) -> dict[str, Any]:
    """The same machines as servers that exist: 192.0.2.1 and so on."""
    return {name: {**said, "address": f"192.0.2.{at}"} for at, (name, said) in enumerate(machines.items(), 1)}


def servers(**sections: object) -> Spec:
    """The site HA, on servers that exist, with these sections."""
    return a_site(**{"machines": addressed(HA), "balancer": {"addresses": ["192.0.2.100"]}, **sections})


def running(spec: Spec) -> list[str]:
    """The machines that upgrade themselves."""
    return [name for name, manifest in compiled(spec).manifests.items() if NAME in manifest.parts]


def times(spec: Spec, path: str) -> dict[str, str]:
    """At what time a timer of each machine is set off."""
    parts = {name: manifest.parts[NAME] for name, manifest in compiled(spec).manifests.items()}
    return {name: re.findall(r"OnCalendar=\*-\*-\* (.+)\n", file_of(parts[name], path).text)[0] for name in parts}


def conditions(spec: Spec, machine: str) -> list[str]:
    lines = lines_of(installed(spec, NAME, machine), UNIT)
    return [line.removeprefix(f"ExecCondition={PROGRAM} ") for line in lines if line.startswith("ExecCondition=")]


def test_servers_are_upgraded_and_the_lab_never_is() -> None:
    assert running(a_site(machines=HA, updates="on")) == []
    assert running(servers()) == [*HA]


def test_whoever_has_patching_of_their_own_is_left_alone() -> None:
    assert running(servers(updates="off")) == []
    with pytest.raises(LookupError):
        wanted(servers(updates="off"))


def test_each_machine_has_a_turn_of_its_own_and_fetches_lists_an_hour_before() -> None:
    assert times(servers(), TURN) == {
        "lb-01": "02:00 UTC",
        "lb-02": "02:15 UTC",
        "srv-01": "02:30 UTC",
        "srv-02": "02:45 UTC",
    }
    assert times(servers(), LISTS)["srv-02"] == "01:45 UTC"


@pytest.mark.parametrize("at", ["00:00", "02:00", "21:50", "23:59"])
def test_no_two_machines_of_the_largest_site_have_one_turn(at: str) -> None:
    most = machines_that_run(lb="balancer", **{f"srv_{number}": "web app" for number in range(19)})
    clocks = [time.split(":") for time in times(a_site(machines=addressed(most), updates={"at": at}), TURN).values()]
    turns = sorted(int(hour) * 60 + int(minute.removesuffix(" UTC")) for hour, minute in clocks)
    assert len(turns) == 20
    assert min((later - turn) % 1440 for turn, later in zip(turns, [*turns[1:], turns[0]], strict=True)) == 15


def test_a_turn_is_kept_to_the_second_and_not_made_up_for() -> None:
    for path in (LISTS, TURN):
        said = lines_of(installed(servers(), NAME), path)
        # Empty, it takes the package's own time away, to which another would only be added.
        assert said[1] == "OnCalendar="
        assert said[3:] == ["RandomizedDelaySec=0", "AccuracySec=1s", "Persistent=false"]


def test_a_database_is_upgraded_while_it_is_known_to_be_a_replica() -> None:
    for failover in ("manual", "automatic"):
        spec = servers(database={"failover": failover})
        assert conditions(spec, "srv-01") == ['"MySQL here is a replica" http://192.0.2.3:8008/replica']
        assert conditions(spec, "srv-02") == ['"MySQL here is a replica" http://192.0.2.4:8008/replica']


def test_the_only_database_is_always_the_primary_and_its_machine_is_upgraded_without_it() -> None:
    alone = a_site(machines=addressed(machines_that_run(srv_01="balancer web app database")))
    assert conditions(alone, "srv-01") == []
    assert 'Unattended-Upgrade::Package-Blacklist { "mysql-"; };' in lines_of(installed(alone, NAME), SETTINGS)


@pytest.mark.parametrize("https", ["off", "on"])
def test_a_balancer_is_upgraded_while_every_other_serves(https: str) -> None:
    spec = servers(https=https, balancer={"addresses": ["192.0.2.100"], "port": 8081})
    assert conditions(spec, "lb-01") == ['"lb-02 balances" http://192.0.2.2:8081/.well-known/mainstay/balancer']
    assert conditions(spec, "lb-02") == ['"lb-01 balances" http://192.0.2.1:8081/.well-known/mainstay/balancer']


def test_what_is_asked_of_a_balancer_is_what_haproxy_answers() -> None:
    config = file_of(installed(servers(https="on"), "haproxy", "lb-02"), "/etc/haproxy/haproxy.cfg").text
    plain = config.partition("\nfrontend plain\n")[2].partition("\nfrontend")[0]
    (path,) = re.findall(r"monitor-uri (\S+)\n", plain)
    (port,) = re.findall(r"bind \*:(\d+)\n", plain)
    assert conditions(servers(https="on"), "lb-01") == [f'"lb-02 balances" http://192.0.2.2:{port}{path}']


def test_nothing_else_starts_mysql_anew() -> None:
    units = {name: lines_of(installed(servers(), NAME, name), UNIT) for name in HA}
    assert [name for name in HA if "Environment=NEEDRESTART_SUSPEND=1" in units[name]] == ["srv-01", "srv-02"]


def test_only_security_updates_and_no_reboot() -> None:
    settings = file_of(installed(servers(), NAME), SETTINGS).text
    # What the package allows is taken away first, to which ours would only be added.
    cleared, _, allowed = settings.partition("#clear Unattended-Upgrade::Origins-Pattern;\n")
    assert "\n#clear Unattended-Upgrade::Allowed-Origins;\n" in cleared
    assert re.findall(r'"(origin=\w+),\w+=(\S+?),', allowed) == [
        ("origin=Debian", "${distro_codename}-security"),
        ("origin=Ubuntu", "${distro_codename}-security"),
    ]
    assert 'Unattended-Upgrade::Automatic-Reboot "false";\n' in settings


def test_a_change_is_heard_of_by_systemd() -> None:
    part = installed(servers(), NAME)
    assert {service.unit: service.restart_on for service in part.services} == {
        "apt-daily.timer": (LISTS,),
        "apt-daily-upgrade.timer": (SETTINGS, PROGRAM, UNIT, TURN),
    }
    assert [probe.target for probe in exposed(servers(), NAME).probes] == ["apt-daily.timer", "apt-daily-upgrade.timer"]
