"""Keepalived: the addresses that move between the balancers."""

from typing import Any

from mainstay.components.keepalived.dashboard import rows
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
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
VRRP = 112
"""The protocol's number (RFC 5798)."""

ROUTE_MARK = VRRP
"""By which our routes are told from others (`proto`, of no meaning to the kernel)."""

FAMILIES = ("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET")
CAPABILITIES = (
    "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_DAC_OVERRIDE", "CAP_SETUID",
    "CAP_SETGID", "CAP_KILL", "CAP_SYS_NICE", "CAP_IPC_LOCK",
)  # fmt: skip
"""Of root's powers those that move addresses, and that its checks and the user's `notify` run with."""

SETTLING_SECONDS = 0.3
"""Answers under way at the balancer that had the address take milliseconds; a dead connection's visitor asks again."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """No port: VRRP is a protocol of its own, between the balancers only."""
    faults = process_faults("balancer", "keepalived", "keepalived.service", ("KeepalivedDown", "AddressHeldByTwo"))
    vrrp = Port("vrrp", VRRP, ("keepalived",), protocol="vrrp")
    return Exposure((vrrp,), (Probe("unit", "unit", "keepalived.service"),), faults, has_alerts=True)


def installs(view: View[Spec]) -> Install:
    """The addresses, in which order the balancers want them, and when a balancer may not have one."""
    doors = ("plain", "site") if view.spec.https else ("site",)
    ports = [view.port(view.machine, "haproxy", door).number for door in doors]
    variables = {
        "name": view.machine.name,
        "address": view.machine.address,
        "peers": [m.address for m in view.peers("keepalived") if m != view.machine],
        "advert": ADVERT_SECONDS[view.spec.balancer.takeover],
        "keeps": view.spec.balancer.mode == "active-passive",
        "instances": _instances(view),
        "mark": ROUTE_MARK,
        "settling": SETTLING_SECONDS,
        "ports": ports,
        "sandbox": sandbox(FAMILIES, CAPABILITIES),
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
            File(DROP_IN, Content("keepalived.service.conf", variables)),
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


KEEPALIVED = Component("keepalived", ("keepalived", "nftables", "socat"), exposes, installs, rows)
