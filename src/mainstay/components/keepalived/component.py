"""Keepalived: the addresses that move between the balancers."""

from typing import Any

from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.spec import Spec

CONFIG = "/etc/keepalived/keepalived.conf"
DROP_IN = "/etc/systemd/system/keepalived.service.d/mainstay.conf"
INTERFACE = "/usr/local/lib/mainstay/keepalived-interface"
ADDRESSES = "/usr/local/lib/mainstay/balancer-addresses"
ANSWERS = "/usr/local/lib/mainstay/balancer-answers"
HAND_OVER = "/usr/local/lib/mainstay/balancer-hand-over"
NOTIFY = "/usr/local/lib/mainstay/balancer-notify"

ADVERT_SECONDS = {"fast": 0.1, "patient": 1.0}
"""A balancer is given up after three adverts and the skew: 0.34 s and 3.4 s (RFC 5798, section 6.1)."""

HIGHEST, STEP = 250, 10
FIRST_ROUTER_ID = 51
ROUTE_MARK = 112
"""By which our routes are told from others (`proto`, of no meaning to the kernel): the number of VRRP."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """No port: VRRP is a protocol of its own (112), between the balancers only."""
    faults = process_faults("balancer", "keepalived", "keepalived.service")
    return Exposure(probes=(Probe("unit", "unit", "keepalived.service"),), faults=faults)


def installs(view: View[Spec]) -> Install:
    """The addresses, in which order the balancers want them, and when a balancer may not have one."""
    variables = {
        "name": view.machine.name,
        "address": view.machine.address,
        "peers": [m.address for m in view.peers("keepalived") if m != view.machine],
        "advert": ADVERT_SECONDS[view.spec.balancer.takeover],
        "keeps": view.spec.balancer.mode == "active-passive",
        "instances": _instances(view),
        "mark": ROUTE_MARK,
        "port": view.port(view.machine, "haproxy", "site").number,
        "notify": view.spec.balancer.notify,
    }
    validate = f"{INTERFACE} && keepalived --config-test --use-file={{candidate}}"
    return Install(
        directories=(Directory("/etc/keepalived"), Directory("/var/lib/mainstay/drained", mode="700")),
        files=(
            File(INTERFACE, Content("keepalived-interface", variables), mode="755"),
            File(ADDRESSES, Content("balancer-addresses", variables), mode="755"),
            File(ANSWERS, Content("balancer-answers", variables), mode="755"),
            File(HAND_OVER, Content("balancer-hand-over"), mode="755"),
            File(NOTIFY, Content("balancer-notify", variables), mode="755"),
            File(CONFIG, Content("keepalived.conf", variables), validate=validate),
            File(DROP_IN, Content("keepalived.service.conf")),
        ),
        services=(_service(),),
    )


def _service() -> Service:
    return Service(
        "keepalived.service",
        restart_on=(DROP_IN, INTERFACE, ADDRESSES),
        reload_on=(CONFIG, ANSWERS, NOTIFY),
    )


def _instances(view: View[Spec]) -> list[dict[str, Any]]:
    """One per address: the balancers want the first in the file's order, and each next begins one balancer later."""
    balancers = view.peers("keepalived")
    here = balancers.index(view.machine)
    return [
        {
            "name": f"site-{number + 1}",
            "router_id": FIRST_ROUTER_ID + number,
            "priority": HIGHEST - STEP * ((here - number) % len(balancers)),
            "address": address,
        }
        for number, address in enumerate(view.virtual_addresses)
    ]


KEEPALIVED = Component("keepalived", ("keepalived", "socat"), exposes, installs)
