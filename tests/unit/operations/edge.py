"""Balancers in memory: they hear what is told to HAProxy and keepalived, and answer as these would."""

from dataclasses import dataclass, field
from pathlib import Path

from mainstay.compiler.address import address
from mainstay.grounds.errors import GroundError
from mainstay.operations.rotation import ADMIN_SOCKET, DRAINED, NOTES, REMEMBER
from mainstay.operations.site import Site, _entrances
from mainstay.spec import Spec
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach

COLUMNS = "# pxname,svname,qcur,qmax,scur,smax,slim,stot,status,weight,"
STATES = {"drain": "DRAIN", "ready": "UP"}


@dataclass
class Balancer:
    """One balancer: its servers' states, what is under way, and what it noted; each look finds one less."""

    states: dict[str, str]
    sessions: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    connections: int = 0
    notes: set[str] = field(default_factory=set)
    looks_until_addresses_leave: int = 0
    looks_until_willing: int = 0
    remembered: dict[str, str] = field(default_factory=dict)
    is_reachable: bool = True
    is_answering: bool = True

    def statistics(self) -> str:
        """HAProxy's `show stat`."""
        rows = [f"site,FRONTEND,,,{self.connections},9,8000,77,OPEN,,"]
        rows += [f"app,BACKEND,0,0,{self.requests},9,800,77,UP,2,", "primary,BACKEND,0,0,5,9,800,77,UP,2,"]
        for place, status in self.states.items():
            backend, server = place.split("/")
            rows += [f"{backend},{server},0,0,{self.sessions.get(place, '')},9,,77,{status},1,"]
        self.requests = max(0, self.requests - 1)
        self.sessions = {place: max(0, count - 1) for place, count in self.sessions.items()}
        return "\n".join((COLUMNS, *rows, ""))


@dataclass
class Edge:
    """A site whose balancers are these, and every sentence that was reported."""

    site: Site
    ground: FakeGround
    balancers: dict[str, Balancer]
    reported: list[tuple[str, str]] = field(default_factory=list)

    def report(self, machine: str, doing: str) -> None:
        """Note it."""
        self.reported.append((machine, doing))

    def states(self, server: str) -> set[str]:
        """What the balancers say of a server, in all backends."""
        found = [(place, state) for balancer in self.balancers.values() for place, state in balancer.states.items()]
        return {state for place, state in found if place.endswith(f"/{server}")}

    def asked(self, machine: str) -> list[str]:
        """What was put to a balancer, in words."""
        return [" ".join((a.program, *a.arguments)) for a in self.ground.way.asked if a.machine == machine]


def an_edge(folder: Path, spec: Spec) -> Edge:
    """A site that runs, all of it in rotation."""
    machines = address(spec)
    servers = [machine.name for machine in machines if "web" in machine.roles]
    states = {f"{backend}/{server}": "UP" for backend in ("app", "static") for server in servers}
    balancers = {machine.name: Balancer(dict(states)) for machine in machines if "balancer" in machine.roles}
    entrances = _entrances(spec, machines)
    moving = [entrance.partition(":")[0] for entrance in entrances]

    def answer(asked: Asked) -> str:
        if asked.arguments[-1:] == (DRAINED,):
            return ""
        return _answer(balancers[asked.machine], asked, moving)

    ground = FakeGround(dict.fromkeys((machine.name for machine in machines), True), FakeReach(answer))
    site = Site(spec, folder, machines, entrances, ground, Vault(Store(folder / ".mainstay/shop/secrets.json")), folder)
    return Edge(site, ground, balancers)


def _answer(balancer: Balancer, asked: Asked, moving: list[str]) -> str:
    if not balancer.is_reachable:
        raise GroundError(f"{asked.machine} cannot be reached: no route", "`mainstay status` shows more.")
    match (asked.program, *asked.arguments):
        case ("python3", socket, order) if socket == ADMIN_SOCKET:
            return _told(balancer, order)
        case (program,) if program == REMEMBER:
            balancer.remembered = dict(balancer.states)
        case ("ls", folder) if folder == NOTES:
            return "".join(f"{name}\n" for name in sorted(balancer.notes))
        case ("sh", "-c", command):
            _note(balancer, command)
        case ("journalctl", *_):
            return _keepalived_said(balancer, asked.machine)
        case ("ip", *_):
            return _shown(balancer, asked.machine, moving)
        case order:
            raise AssertionError(f"nobody understands {order}")
    return ""


def _told(balancer: Balancer, order: str) -> str:
    """What HAProxy's runtime socket answers."""
    if not balancer.is_answering:
        raise GroundError("`python3` failed: connection refused", "See the logs.")
    if order == "show stat":
        return balancer.statistics()
    set_, server_, place, state_, state = order.split()
    assert (set_, server_, state_) == ("set", "server", "state")
    balancer.states[place] = STATES[state]
    return ""


def _note(balancer: Balancer, command: str) -> None:
    name = command.rpartition("/")[2]
    if command == f"rm -f {NOTES}/{name}":
        balancer.notes.discard(name)
    else:
        assert command == f"mkdir -p {NOTES} && echo 1 > {NOTES}/{name}"
        balancer.notes.add(name)


def _keepalived_said(balancer: Balancer, name: str) -> str:
    """A balancer that is drained is at FAULT; so is one that is slow, for some looks after that."""
    is_at_fault = name in balancer.notes or balancer.looks_until_willing > 0
    balancer.looks_until_willing -= 1
    return f"(site-1) Entering MASTER STATE\n(site-1) Entering {'FAULT' if is_at_fault else 'BACKUP'} STATE\n"


def _shown(balancer: Balancer, name: str, moving: list[str]) -> str:
    is_held = name not in balancer.notes or balancer.looks_until_addresses_leave > 0
    balancer.looks_until_addresses_leave -= 1
    held = moving if is_held else []
    return "".join(f"2: eth0    inet {each}/32 scope global eth0\n" for each in ("10.77.0.1", *held))
