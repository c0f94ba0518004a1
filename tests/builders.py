"""Sites, machines and states for the tests, each as small as the test can bear."""

import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from mainstay.model.machine import Machine
from mainstay.spec import Spec
from mainstay.spec.draft import drafted
from mainstay.spec.node import plain_mapping
from mainstay.spec.rules import RULES
from mainstay.spec.tree import parse

SMALLEST: Mapping[str, Any] = {
    "name": "shop",
    "domain": "shop.test",
    "machines": {"srv-01": {"runs": ["balancer", "web", "app"]}},
    "app": {"source": "./app", "wsgi": "shop:app"},
    "https": "off",
    "firewall": "off",
    "monitoring": "off",
}

BY_DNS: Mapping[str, Any] = {
    "provider": "rfc2136",
    "credentials": {"server": "192.0.2.53", "name": "key", "algorithm": "HMAC-SHA256", "secret": "${secret:DNS_KEY}"},
}
"""The section `dns` of `https: acme`, for a server of names of one's own."""


@cache
def site_of(text: str) -> Spec:
    """The specification of a file's text, as `load` gives it; the text must be without a problem."""
    root, problems = parse(text, "mainstay.yaml")
    data = plain_mapping(root)
    draft = drafted(data, frozenset())
    assert [*problems, *(issue for rule in RULES for issue in rule(draft))] == []
    return Spec.model_validate(data)


def plain(text: str, but: Collection[str] = ()) -> str:
    """A blueprint without HTTPS, firewall, monitoring and the machine for it, but for those sections that are named."""
    for section in {"https", "firewall", "monitoring"} - {*but}:
        text = re.sub(rf"(?m)^{section}: on\b.*$", f"{section}: off", text)
    return text if "monitoring" in but else re.sub(r"(?m)^  mon-01: .*\n", "", text)


def a_site(**sections: object) -> Spec:
    """The smallest site, with these sections instead of its own, each written as in the file."""
    data = {**SMALLEST, **sections}
    if any("database" in machine["runs"] for machine in data["machines"].values()):
        data.setdefault("database", {"failover": "manual"})
    return site_of(json.dumps(data, ensure_ascii=False))


def machines_that_run(**tiers: str) -> dict[str, Any]:
    """The section `machines`: `lb="balancer", srv_01="web app"` (with `-` for `_` in the names)."""
    return {name.replace("_", "-"): {"runs": runs.split()} for name, runs in tiers.items()}


def a_machine(name: str = "srv-01", address: str = "10.77.0.1", runs: str = "web app") -> Machine:
    """A machine with its address and tiers."""
    return Machine(name, address, tuple(runs.split()))
