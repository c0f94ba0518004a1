"""The firewall: open is what somebody exposes, to whom it is exposed, and nothing else."""

import re
import shutil
from pathlib import Path

import pytest

from mainstay.compiler.address import virtual_addresses
from mainstay.model.plan import Plan
from mainstay.operations.firewall import CONFIRM
from mainstay.spec import blueprint
from tests.builders import a_site, machines_that_run, plain, site_of
from tests.unit.provision.spoken import program, run
from tests.vocabulary import compiled, file_of, installed, lines_of

RULES, PROGRAM = "/etc/mainstay/firewall.nft", "/usr/local/lib/mainstay/firewall"
HA = compiled(site_of(plain(blueprint("ha"), but=("https", "firewall"))))
TO_A_PORT = re.compile(r"(?P<source>.*?) ?(?P<transport>tcp|udp) dport (?P<port>\d+) accept")
ADDRESS = {machine.name: machine.address for machine in HA.machines}


def opened(plan: Plan, machine: str) -> dict[str, str]:
    """The rules that let something in, by the port or protocol; what they say of the source, with names."""
    found = {}
    rules = "\n".join(lines_of(plan.manifests[machine].parts["nftables"], RULES))
    for name, address in ADDRESS.items():
        rules = rules.replace(address, name)
    for line in rules.splitlines():
        if rule := TO_A_PORT.fullmatch(line):
            found[f"{rule['transport']} {rule['port']}".removeprefix("tcp ")] = rule["source"]
        elif line.startswith("ip protocol") and line.endswith(" accept"):
            found[line.removesuffix(" accept")] = ""
    return found


def test_on_a_balancer_visitors_come_in_and_the_other_balancer() -> None:
    assert opened(HA, "lb-01") == {
        "ip protocol 112 ip saddr { lb-02 }": "",
        "22": "",
        "443": "",
        "udp 443": "",
        "80": "",
        "2379": "ip saddr { srv-01, srv-02 }",
        "2380": "ip saddr { srv-01, srv-02 }",
    }


def test_on_a_server_nobody_from_outside_comes_in_but_by_ssh() -> None:
    assert opened(HA, "srv-01") == {
        "22": "",
        "2379": "ip saddr { lb-01, srv-02 }",
        "2380": "ip saddr { lb-01, srv-02 }",
        "3306": "ip saddr { srv-02 }",
        "8008": "ip saddr { srv-02 }",
        "8009": "ip saddr { srv-02 }",
        "8080": "ip saddr { lb-01, lb-02 }",
    }


def test_what_only_its_own_machine_asks_is_open_to_nobody() -> None:
    alone = compiled(a_site(machines=machines_that_run(srv_01="balancer web app database"), firewall="on"))
    assert list(opened(alone, "srv-01")) == ["22", "80"]


def test_ssh_is_open_to_whom_the_file_says() -> None:
    narrow = compiled(a_site(firewall={"ssh": ["192.0.2.0/24", "198.51.100.7"]}))
    assert opened(narrow, "srv-01")["22"] == "ip saddr { 192.0.2.0/24, 198.51.100.7 }"


def test_whoever_knocks_too_often_is_dropped_before_he_is_let_in() -> None:
    lines = lines_of(installed(a_site(firewall="on"), "nftables"), RULES)
    flood = next(number for number, line in enumerate(lines) if "@ssh_callers" in line)
    assert lines[flood].startswith("tcp dport 22 ct state new")
    assert lines[flood].endswith("drop")
    assert lines[flood + 1] == "tcp dport 22 accept"


def test_all_else_is_refused() -> None:
    lines = lines_of(HA.manifests["srv-01"].parts["nftables"], RULES)
    assert "type filter hook input priority filter; policy drop;" in lines
    last = [line for line in lines if line != "}"][-1]
    assert last == f"ip saddr {{ {', '.join(ADDRESS.values())} }} meta l4proto tcp reject with tcp reset"


def test_without_a_firewall_there_is_none() -> None:
    assert "nftables" not in compiled(a_site()).manifests["srv-01"].parts


class Machine:
    """The program, run in a folder; what it would do to the kernel and to systemd is noted in `done`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program(folder, "nft", f'echo "nft $*" >> {folder}/done')
        program(folder, "systemctl", f'[ "$1" = is-active ] || echo "systemctl $*" >> {folder}/done')
        program(folder, "systemd-run", f'echo "systemd-run" >> {folder}/done')
        (folder / "firewall.nft").write_text("new rules")
        text = file_of(installed(a_site(firewall="on"), "nftables"), PROGRAM).text
        self.text = text.replace("/etc/mainstay", str(folder)).replace("/var/lib/mainstay/firewall", str(folder))

    @property
    def confirmed(self) -> Path:
        return self.folder / "confirmed.nft"

    def does(self, word: str) -> tuple[int, list[str]]:
        """The exit status, and what was done but for looking after the timer."""
        noted = self.folder / "done"
        noted.unlink(missing_ok=True)
        (self.folder / "firewall").write_text(self.text)
        done = run(f"sh firewall {word}", self.folder)
        lines = noted.read_text().splitlines() if noted.exists() else []
        return done.returncode, [line for line in lines if "firewall-back" not in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    assert shutil.which("cmp"), "diffutils"
    return Machine(tmp_path)


def test_what_an_operator_says_is_what_the_machine_understands() -> None:
    assert CONFIRM == (PROGRAM, "confirm")


def test_new_rules_wait_for_somebody_to_come_through(machine: Machine) -> None:
    status, done = machine.does("apply")
    assert (status, done) == (0, [f"nft --file {machine.folder}/firewall.nft", "systemd-run"])


def test_rules_that_somebody_came_through_stay(machine: Machine) -> None:
    assert machine.does("confirm") == (0, [])
    assert machine.confirmed.read_text() == "new rules"
    assert machine.does("apply") == (0, [f"nft --file {machine.folder}/firewall.nft"])


def test_rules_that_have_gone_back_cannot_be_confirmed(machine: Machine) -> None:
    program(machine.folder, "systemctl", '[ "$1" != is-active ]')
    assert machine.does("confirm")[0] != 0
    assert not machine.confirmed.exists()


def test_nobody_came_and_the_ones_before_are_back(machine: Machine) -> None:
    machine.confirmed.write_text("old rules")
    assert machine.does("back") == (
        0, ["systemctl stop mainstay-firewall.service", f"nft --file {machine.confirmed}"],
    )  # fmt: skip


def test_nobody_came_and_there_were_none_before(machine: Machine) -> None:
    assert machine.does("back") == (0, ["systemctl stop mainstay-firewall.service"])


def test_what_goes_out_is_nobodys_business_unless_the_file_says_so() -> None:
    assert "hook output" not in file_of(HA.manifests["srv-01"].parts["nftables"], RULES).text


def test_with_restricted_egress_only_the_site_and_what_is_named_is_reached() -> None:
    secured = plain(blueprint("ha")).replace(
        "firewall: off", "firewall: {egress: restricted, reach: [192.0.2.0/24, 198.51.100.7]}"
    )
    plan = compiled(site_of(secured))
    rules = file_of(plan.manifests["srv-01"].parts["nftables"], RULES).text.partition("chain output")[2]
    (reached,) = [line.strip() for line in rules.splitlines() if "ip daddr" in line]
    own = (*ADDRESS.values(), *virtual_addresses(site_of(secured)))
    assert reached == f"ip daddr {{ {', '.join((*own, '192.0.2.0/24', '198.51.100.7'))} }} accept"
    assert "policy drop" in rules
