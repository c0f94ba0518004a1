"""Keepalived: which balancer has which address, and when it may not have it."""

from pathlib import Path
from typing import Any

import pytest

from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Directory, Service
from mainstay.model.plan import Plan
from mainstay.operations.rotation import NOTES
from tests.builders import a_site, machines_that_run
from tests.unit.components.keepalived.configuration import CONFIG, Block, configuration_of
from tests.unit.provision.spoken import program, run
from tests.vocabulary import compiled, exposed, file_of, installed, lines_of, lines_with

OURS = "/usr/local/lib/mainstay"
ANSWERS, HAND_OVER, NOTIFY = f"{OURS}/balancer-answers", f"{OURS}/balancer-hand-over", f"{OURS}/balancer-notify"
INTERFACE, ADDRESSES = f"{OURS}/keepalived-interface", f"{OURS}/balancer-addresses"
DROP_IN = "/etc/systemd/system/keepalived.service.d/mainstay.conf"
HAPROXY, HAPROXY_DROP_IN = "/etc/haproxy/haproxy.cfg", "/etc/systemd/system/haproxy.service.d/mainstay.conf"
TWO = machines_that_run(lb_01="balancer", lb_02="balancer", srv_01="web app")


def balanced_by(count: int, **balancer: object) -> Plan:
    """The plan of a site with so many balancers, of which the last is a server, too."""
    names = [f"lb-{number:02}" for number in range(1, count + 1)]
    machines: dict[str, Any] = {name: {"runs": ["balancer"]} for name in names}
    machines[names[-1]] = {"runs": ["balancer", "web", "app"]}
    return compiled(a_site(machines=machines, balancer=balancer))


def configurations(plan: Plan) -> dict[str, Block]:
    """What keepalived reads on each balancer."""
    return {name: configuration_of(manifest.parts["keepalived"]) for name, manifest in plan.manifests.items()}


def priorities(plan: Plan) -> dict[str, dict[str, int]]:
    """For each address the balancers' priorities, the highest first."""
    found: dict[str, dict[str, int]] = {}
    for name, read in configurations(plan).items():
        for instance, block in read.named("vrrp_instance").items():
            found.setdefault(instance, {})[name] = int(block.said["priority"])
    return {i: dict(sorted(by.items(), key=lambda row: -row[1])) for i, by in found.items()}


def wishes(plan: Plan) -> dict[str, list[str]]:
    """For each address the balancers, who wants it most first."""
    return {instance: list(by) for instance, by in priorities(plan).items()}


def test_the_balancers_want_the_one_address_in_the_files_order() -> None:
    assert wishes(balanced_by(3)) == {"site-1": ["lb-01", "lb-02", "lb-03"]}


def test_of_several_addresses_each_balancer_wants_its_own_first() -> None:
    assert wishes(balanced_by(3, mode="active-active")) == {
        "site-1": ["lb-01", "lb-02", "lb-03"],
        "site-2": ["lb-02", "lb-03", "lb-01"],
        "site-3": ["lb-03", "lb-01", "lb-02"],
    }


@pytest.mark.parametrize("count", [2, 3, 10, 20])
def test_each_balancer_is_first_for_exactly_one_address(count: int) -> None:
    found = priorities(balanced_by(count, mode="active-active"))
    assert [next(iter(by)) for by in found.values()] == [f"lb-{number:02}" for number in range(1, count + 1)]
    assert [len({*by.values()}) for by in found.values()] == [count] * count


@pytest.mark.parametrize(
    "count",
    [2, 3, 10, 20],
)
def test_every_priority_is_one_that_vrrp_knows(count: int) -> None:
    found = priorities(balanced_by(count, mode="active-active"))
    assert [p for by in found.values() for p in by.values() if not 1 <= p <= 254] == []


@pytest.mark.parametrize(("mode", "keeps"), [("active-passive", True), ("active-active", False)])
def test_whoever_has_the_only_address_keeps_it(mode: str, keeps: bool) -> None:
    for read in configurations(balanced_by(2, mode=mode)).values():
        for instance in read.named("vrrp_instance").values():
            assert ("nopreempt" in instance.said) == keeps
            assert instance.said["state"] == "BACKUP"


@pytest.mark.parametrize("mode", ["active-passive", "active-active"])
@pytest.mark.parametrize("count", [2, 3])
def test_the_balancers_speak_to_all_others_and_to_nobody_else(count: int, mode: str) -> None:
    plan = balanced_by(count, mode=mode)
    addresses = {machine.name: machine.address for machine in plan.machines}
    for name, read in configurations(plan).items():
        for instance in read.named("vrrp_instance").values():
            assert instance.said["unicast_src_ip"] == addresses[name]
            assert {*instance.blocks["unicast_peer"].said} == {*addresses.values()} - {addresses[name]}


@pytest.mark.parametrize("count", [2, 3])
def test_an_address_has_one_name_and_number_on_all_balancers(count: int) -> None:
    plan = balanced_by(count, mode="active-active")
    shown = [
        [
            (name, instance.said["virtual_router_id"], *instance.blocks["virtual_ipaddress"].said.items())
            for name, instance in read.named("vrrp_instance").items()
        ]
        for read in configurations(plan).values()
    ]
    moving = ("10.77.207.152", "10.77.106.99", "10.77.166.152")
    assert (
        shown
        == [[(f"site-{n}", f"{50 + n}", (f"{moving[n - 1]}/32", "dev $INTERFACE")) for n in range(1, count + 1)]]
        * count
    )


def test_everything_that_is_tracked_is_defined() -> None:
    for name, read in configurations(balanced_by(2, mode="active-active")).items():
        for instance in read.named("vrrp_instance").values():
            assert [*instance.blocks["track_script"].said] == [*read.named("vrrp_script")] == ["haproxy_answers"]
            assert [*instance.blocks["track_file"].said] == [*read.named("vrrp_track_file")]
        assert {tracked: block.said for tracked, block in read.named("vrrp_track_file").items()} == {
            "drained": {"file": f"{NOTES}/{name}", "weight": "0"},
            "handing_over": {"file": "/run/mainstay-handing-over", "weight": "0"},
        }
        assert read.named("vrrp_script")["haproxy_answers"].said["script"] == f'"{ANSWERS}"'


def test_what_hands_over_writes_what_is_tracked_and_haproxys_start_takes_it_away() -> None:
    parts = balanced_by(2).manifests["lb-01"].parts
    assert lines_of(parts["keepalived"], HAND_OVER) == ["echo 1 > /run/mainstay-handing-over", "sleep 0.5"]
    done = [line for line in lines_of(parts["haproxy"], HAPROXY_DROP_IN) if line.startswith("Exec")]
    assert done[-3:-1] == [
        f"ExecStop=-{HAND_OVER}",
        "ExecStartPost=/bin/rm -f /run/mainstay-handing-over",
    ]


def test_haproxy_is_asked_at_its_own_port_for_what_it_answers_by_itself() -> None:
    parts = balanced_by(2, port=8081).manifests["lb-01"].parts
    (uri,) = (line.split()[1] for line in lines_with("monitor-uri", parts["haproxy"], HAPROXY))
    text = file_of(parts["keepalived"], ANSWERS).text
    assert f"'GET {uri} HTTP/1.0\\r\\n\\r\\n'" in text
    assert "TCP:127.0.0.1:8081," in text


@pytest.mark.parametrize(("takeover", "seconds"), [("fast", "0.1"), ("patient", "1.0")])
def test_a_silent_balancer_is_given_up_as_soon_as_the_file_says(takeover: str, seconds: str) -> None:
    for read in configurations(balanced_by(2, takeover=takeover)).values():
        assert [instance.said["advert_int"] for instance in read.named("vrrp_instance").values()] == [seconds]


def test_the_users_command_is_told_each_address_that_comes_or_goes(tmp_path: Path) -> None:
    keepalived = installed(a_site(machines=TWO, balancer={"notify": "echo claim --zone a"}), "keepalived", on="lb-02")
    assert [line for line in lines_of(keepalived, CONFIG) if line.startswith("notify_")] == [
        f'notify_{state} "{NOTIFY} site-1 10.77.207.152 {word}"'
        for state, word in (("master", "held"), ("backup", "left"), ("fault", "left"))
    ]
    program(tmp_path, "nft", "exit 0")
    done = run(f"set -- site-1 10.77.207.152 left\n{file_of(keepalived, NOTIFY).text}", tmp_path)
    assert (done.returncode, done.stdout) == (0, "claim --zone a site-1 10.77.207.152 left\n")


@pytest.mark.parametrize(
    ("word", "here", "told"),
    [
        pytest.param(
            "held", "2: eth0 inet $5/32", "add element ip mainstay_moving settled { 10.77.207.152 }\n", id="came"
        ),
        pytest.param("held", "", "", id="gone again before the moment was over"),
        pytest.param("left", "", "delete element ip mainstay_moving settled { 10.77.207.152 }\n", id="went"),
    ],
)
def test_a_moment_after_an_address_has_come_it_is_settled(tmp_path: Path, word: str, here: str, told: str) -> None:
    keepalived = installed(a_site(machines=TWO), "keepalived", on="lb-01")
    program(tmp_path, "nft", f'echo "$@" >> {tmp_path}/told')
    program(tmp_path, "ip", f'echo "{here}"' if here else "exit 0")
    program(tmp_path, "sleep", "exit 0")
    run(f"set -- site-1 10.77.207.152 {word}\n{file_of(keepalived, NOTIFY).text}", tmp_path)
    written = tmp_path / "told"
    assert (written.read_text() if written.exists() else "") == told


def test_no_connection_is_cut_off_from_an_address_that_has_just_come() -> None:
    addresses = file_of(installed(a_site(machines=TWO), "keepalived", on="lb-01"), ADDRESSES).text
    rule = "ip saddr {{ 10.77.207.152 }} ip saddr != @settled tcp sport {{ {} }} tcp flags & rst == rst counter drop"
    assert rule.format("80") in addresses
    by_tls = file_of(installed(a_site(machines=TWO, https="on"), "keepalived", on="lb-01"), ADDRESSES).text
    assert rule.format("80, 443") in by_tls


def test_the_interface_is_the_one_that_has_the_machines_address(tmp_path: Path) -> None:
    keepalived = installed(a_site(machines=TWO), "keepalived", on="lb-01")
    program(tmp_path, "ip", '[ "$*" = "-4 -oneline address show to 10.77.225.29" ] && echo "2: eth1    inet $6/16"')
    assert run(file_of(keepalived, INTERFACE).text, tmp_path, own="/run").returncode == 0
    assert (tmp_path / "mainstay-keepalived-interface.conf").read_text() == "$INTERFACE=eth1\n"
    assert lines_with("include", keepalived, CONFIG) == ["include /run/mainstay-keepalived-interface.conf"]


def test_without_an_interface_nothing_is_written(tmp_path: Path) -> None:
    keepalived = installed(a_site(machines=TWO), "keepalived", on="lb-01")
    program(tmp_path, "ip", "exit 0")
    done = run(file_of(keepalived, INTERFACE).text, tmp_path, own="/run")
    assert (done.returncode, done.stderr) == (1, "no interface has the address 10.77.225.29\n")
    assert [path.name for path in tmp_path.iterdir()] == ["ip"]


def test_every_balancer_takes_what_is_sent_to_an_address_that_is_moving_away() -> None:
    for manifest in balanced_by(2, mode="active-active").manifests.values():
        keepalived = manifest.parts["keepalived"]
        addresses = [line.split()[0] for line in lines_of(keepalived, CONFIG) if line.endswith("/32 dev $INTERFACE")]
        assert [line for line in lines_of(keepalived, ADDRESSES) if line.startswith("ip -4")] == [
            "ip -4 route flush table local proto 112",
            *(f"ip -4 route add local {each} dev lo table local proto 112 metric 100" for each in addresses),
        ]
        assert [line for line in lines_of(keepalived, DROP_IN) if line.startswith("ExecStartPre=")] == [
            f"ExecStartPre=+{INTERFACE}",
            f"ExecStartPre=+{ADDRESSES}",
        ]


def test_only_the_balancer_that_holds_an_address_says_so(tmp_path: Path) -> None:
    text = file_of(installed(a_site(machines=TWO), "keepalived", on="lb-01"), ADDRESSES).text
    program(tmp_path, "ip", "exit 0")
    program(tmp_path, "nft", "exit 0")
    (tmp_path / "mainstay-keepalived-interface.conf").write_text("$INTERFACE=eth0.7\n")
    settings = tmp_path / "eth0.7"
    settings.mkdir()
    text = text.replace("/proc/sys/net/ipv4/conf", str(tmp_path))
    assert run(text, tmp_path, own="/run").returncode == 0
    assert {each.name: each.read_text() for each in settings.iterdir()} == {"arp_ignore": "1\n", "arp_announce": "2\n"}


def test_a_new_configuration_is_tried_with_its_interface_and_then_loaded_without_a_restart() -> None:
    keepalived = installed(a_site(machines=TWO), "keepalived", on="lb-01")
    assert file_of(keepalived, CONFIG).validate == f"{INTERFACE} && keepalived --config-test --use-file={{candidate}}"
    assert keepalived.services == (
        Service("keepalived.service", restart_on=(DROP_IN, INTERFACE, ADDRESSES), reload_on=(CONFIG, ANSWERS, NOTIFY)),
    )
    paths = [file.path for file in keepalived.files]
    assert [path for path in (INTERFACE, ANSWERS, NOTIFY) if paths.index(path) > paths.index(CONFIG)] == []


def test_what_is_drained_is_kept_where_only_root_looks() -> None:
    assert Directory(NOTES, mode="700") in installed(a_site(machines=TWO), "keepalived", on="lb-01").directories


def test_it_speaks_to_the_other_balancers_only() -> None:
    assert exposed(a_site(machines=TWO), "keepalived", on="lb-02") == Exposure(
        ports=(Port("vrrp", 112, ("keepalived",), protocol="vrrp"),),
        probes=(Probe("unit", "unit", "keepalived.service"),),
        faults=process_faults("balancer", "keepalived", "keepalived.service", ("KeepalivedDown", "AddressHeldByTwo")),
        has_alerts=True,
    )
