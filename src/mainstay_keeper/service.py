"""Puts a keeper together and runs it as a systemd service."""

import os
import socket
import ssl
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

from mainstay_keeper import clock, metrics, rest
from mainstay_keeper.act import Hands
from mainstay_keeper.actions import Rebuild
from mainstay_keeper.control import Control, serve
from mainstay_keeper.cycle import Bell, Cycle, Self, Told
from mainstay_keeper.deadline import Deadline
from mainstay_keeper.etcd import Etcd, Patience, context_of
from mainstay_keeper.failsafe import Failsafe
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.guard import stay_in_memory, watch
from mainstay_keeper.keys import Keys
from mainstay_keeper.listen import Ear
from mainstay_keeper.look import Look
from mainstay_keeper.mysql import LocalMysql
from mainstay_keeper.nouns import Observation
from mainstay_keeper.orders import Orders
from mainstay_keeper.peering import Answers, PeerServer, has_applied, server_context
from mainstay_keeper.peers import Peers
from mainstay_keeper.policy import ASKS_EVERY
from mainstay_keeper.process import Mysqld
from mainstay_keeper.rebuild import Order
from mainstay_keeper.rebuilder import Rebuilder
from mainstay_keeper.register import Register
from mainstay_keeper.router import Router
from mainstay_keeper.settings import Settings
from mainstay_keeper.store import StoreError
from mainstay_keeper.voters import move_lead
from mainstay_keeper.watched import Watched

LEADS_ELSEWHERE_EVERY = 2.0
AFTER_A_REFUSAL = 30.0
"""A lead that was not taken has cost the store up to a second."""


def run_guard() -> None:
    """Be the guard, for ever."""
    deadline = Deadline()
    if said := stay_in_memory():
        say(said)
    notify("READY=1")
    watch(deadline, say)


def run_keeper(settings: Settings) -> None:
    """Be the keeper, for ever; what breaks a cycle ends the process, and systemd starts another."""
    bell, mysqld, keys = Bell(), Mysqld(), Keys(settings.site)
    peers = Peers(settings.members, settings.peer_port, _context(settings))

    def prolong(until: float) -> None:
        cycle.prolong(until)

    def told() -> Told:
        return cycle.told

    failsafe = Failsafe(settings.policy, peers, prolonged=prolong)
    cycle = _cycle(settings, bell, mysqld, failsafe, peers)
    web = rest.Server((settings.address, settings.port), rest.handler(told))
    answers = Answers(failsafe.agree, has_applied, lambda: metrics.text(told(), len(settings.members), clock.now()))
    peering = PeerServer((settings.address, settings.peer_port), answers, _server_context(settings))
    control = serve(Control(lambda: Orders(_etcd(settings), keys), told, bell))
    ear = Ear(bell.ring)
    _beside(web.serve_forever)
    _beside(peering.serve_forever)
    _beside(control.serve_forever)
    _beside(lambda: ear.listen(_etcd(settings), keys.root))
    _beside(lambda: lead_elsewhere(settings, lambda: rest.is_primary(cycle.told, clock.now())))
    _beside(lambda: go_on_without_the_store(failsafe, told))
    notify("READY=1")
    while True:
        cycle.run_once()
        notify("WATCHDOG=1")
        cycle.wait()


def _cycle(settings: Settings, bell: Bell, mysqld: Mysqld, failsafe: Failsafe, peers: Peers) -> Cycle:
    names = {address: name for name, address in settings.members.items()}
    mysql = LocalMysql(mysqld, settings.members, settings.password)
    rebuilder = Rebuilder(mysqld, settings.password, say, bell.ring)

    def rebuild(action: Rebuild, seen: Observation) -> None:
        donor = seen.cluster.members[action.donor].mysql
        errant = seen.mysql.executed - donor.received
        rebuilder.begin(Order(settings.members[action.donor], errant, is_empty=seen.mysql.executed == GtidSet()))

    def close() -> None:
        cycle.close()

    hands = Hands(
        mysqld,
        mysql,
        Register(_etcd(settings), Keys(settings.site)),
        Watched(Deadline(), mysqld),
        peers,
        rebuild,
        close,
        failsafe,
        Router(settings.router, settings.members).point,
    )
    me = Self(settings.name, settings.address, settings.policy)
    cycle = Cycle(me, Look(mysqld, names), hands, bell, say, lambda: rebuilder.is_busy)
    return cycle


def go_on_without_the_store(failsafe: Failsafe, told: Callable[[], Told]) -> None:
    """Beside the cycle, which a silent store holds up; for ever."""
    was_agreed = False
    while True:
        time.sleep(ASKS_EVERY)
        is_agreed = failsafe.ask(told().seen)
        if is_agreed and not was_agreed:
            say("The store is silent, and all others agree that this one goes on.")
        was_agreed = is_agreed


def lead_elsewhere(settings: Settings, is_primary: Callable[[], bool]) -> None:
    """See to it that the voters' own leader is where it can best be spared; for ever."""
    own = next((e for e in settings.endpoints if f"//{settings.address}:" in e), "")
    if not own:
        threading.Event().wait()  # no voter here
    databases = frozenset(settings.members.values())

    def at(endpoint: str) -> Etcd:
        return _etcd(replace(settings, endpoints=(endpoint,)))

    voter = at(own)
    while True:
        time.sleep(LEADS_ELSEWHERE_EVERY)
        try:
            if said := move_lead(voter, at, databases, is_primary=is_primary()):
                say(said)
        except StoreError:
            time.sleep(AFTER_A_REFUSAL)


def _etcd(settings: Settings) -> Etcd:
    policy = settings.policy
    return Etcd(settings.endpoints, _context(settings), Patience(policy.endpoint, policy.call))


def _context(settings: Settings) -> ssl.SSLContext | None:
    return context_of(settings.authority, settings.certificate, settings.key) if settings.authority else None


def _server_context(settings: Settings) -> ssl.SSLContext | None:
    return server_context(settings.authority, settings.certificate, settings.key) if settings.authority else None


def _beside(run: Callable[[], None]) -> None:
    """In a thread of its own. Should it end, so does the keeper: half a keeper is worse than the next one."""

    def guarded() -> None:
        try:
            run()
        finally:
            traceback.print_exc()  # nobody else would say why
            os._exit(1)

    threading.Thread(target=guarded, daemon=True).start()


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)), if it wants to know."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), "\0" + where[1:] if where.startswith("@") else where)


def say(sentence: str) -> None:
    """To the journal."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
