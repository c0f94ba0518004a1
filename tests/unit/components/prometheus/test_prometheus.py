"""Prometheus: whom to ask, and what to worry about, as all others expose it."""

import re

from mainstay.components.prometheus.component import CONFIG, FACTS, RULES
from tests.builders import a_site, machines_that_run
from tests.golden.cases import COMPONENTS
from tests.vocabulary import compiled

SITE = a_site(
    machines=machines_that_run(
        lb_01="balancer", lb_02="balancer", srv_01="web app database", mon_01="monitoring", mon_02="monitoring witness"
    ),
    database={"failover": "automatic"},
    monitoring={"objective": "99.5%", "latency": "250ms"},
)
PART = compiled(SITE).manifests["mon-01"].parts["prometheus"]
ADDRESSES = {machine.name: machine.address for machine in compiled(SITE).machines}


def text_of(path: str) -> str:
    return next(file.text for file in PART.files if file.path == path)


def test_everything_that_shows_figures_is_asked() -> None:
    jobs = re.findall(r"^  - job_name: (\S+)", text_of(CONFIG), re.MULTILINE)
    wanted = {i.component for i, exposure in compiled(SITE).exposures.items() if exposure.metrics}
    assert sorted(jobs) == sorted({*wanted, "blackbox_exporter"})
    targets = re.findall(r'- targets: \["([0-9.]+):(\d+)"\]\n +labels: \{ machine: (\S+) \}', text_of(CONFIG))
    assert all(ADDRESSES[name] == address for address, _, name in targets)
    assert [name for _, port, name in targets if port == "9100"] == list(ADDRESSES)


def test_the_rules_of_all_that_is_there_are_watched_and_of_nothing_else() -> None:
    rules = {file.path.removeprefix(f"{RULES}/").removesuffix(".yml") for file in PART.files if RULES in file.path}
    there = {i.component for i in compiled(SITE).exposures if (COMPONENTS / i.component / "alerts.yml").exists()}
    assert rules == {*there, "site"}
    assert "nftables" not in rules


def test_rules_lie_there_exactly_where_a_component_says_so() -> None:
    said = {i.component for i, exposure in compiled(SITE).exposures.items() if exposure.has_alerts}
    assert said == {i.component for i in compiled(SITE).exposures if (COMPONENTS / i.component / "alerts.yml").exists()}


def test_what_the_file_says_is_a_figure() -> None:
    facts = dict(re.findall(r"- record: mainstay:(\w+)\n +expr: vector\(([0-9.]+)\)", text_of(FACTS)))
    (address,) = re.findall(r"labels: \{ address: ([0-9.]+) \}", text_of(FACTS))
    assert re.findall(r"record: mainstay:monitor\n.+\n +labels: \{ machine: (\S+) \}", text_of(FACTS)) == ["mon-01"]
    assert facts == {
        "monitor": "1",
        "virtual_address": "1",
        "objective": "0.995",
        "latency_objective_seconds": "0.25",
        "voters": "3",
        "databases": "1",
        "failover_automatic": "1",
    }
    assert f'- targets: ["http://{address}:80/up"]' in text_of(CONFIG)


def test_all_who_tell_are_told() -> None:
    both = '- targets: ["{}:9093", "{}:9093"]'.format(ADDRESSES["mon-01"], ADDRESSES["mon-02"])
    assert both in text_of(CONFIG)
