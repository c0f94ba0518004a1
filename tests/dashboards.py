"""What dashboards ask, as Prometheus would be asked: read from their JSON, with Grafana's variables filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import a_site, machines_that_run

VARIABLES = {"$machine": ".*", "$__rate_interval": "1m"}
"""All machines, and four times what Grafana calls the interval: it takes 15 s where it is told nothing."""

EVERYTHING = a_site(
    machines=machines_that_run(
        lb_01="balancer", lb_02="balancer", srv_01="web app database", srv_02="web app database", wit="witness",
        mon_01="monitoring", mon_02="monitoring",
    ),
    database={"failover": "automatic"},
    https="on",
    firewall="on",
    monitoring="on",
)  # fmt: skip
"""A site on which every component that has something to look at runs."""

LITTLE = a_site(machines=machines_that_run(srv_01="balancer web app", mon_01="monitoring"), monitoring="on")
"""One of each, no database, nothing that moves."""


@dataclass(frozen=True)
class Asked:
    """One question, and where it stands: file, panel."""

    place: str
    expression: str


def asked(texts: Mapping[str, str]) -> Iterator[Asked]:
    """Every question of some dashboards, their texts by the names of their files."""
    for name, text in texts.items():
        for panel in panels(text):
            for target in panel.get("targets", ()):
                yield Asked(f"{name}, {panel['title']}", filled(target["expr"]))


def panels(text: str) -> list[dict[str, Any]]:
    """The panels of a dashboard, rows among them."""
    found: list[dict[str, Any]] = json.loads(text)["panels"]
    return found


def filled(expression: str) -> str:
    """The expression without variables."""
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression
