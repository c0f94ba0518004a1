"""Observations in few words: a site of n1 (me, unless said otherwise), n2 and n3, in which all is well."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import OFF, RUNNING, Beginning, Cluster, Leader, Member, Mysql, Observation, Request, Sync

NOW, EPOCH = 100.0, 7
NAMES = ("n1", "n2", "n3")


def gtids(text: str | int) -> GtidSet:
    """`5` is the first five transactions of n1."""
    return GtidSet.parse(f"n1-data:1-{text}" if isinstance(text, int) else text)


def data(*names: str) -> dict[str, str]:
    return {name: f"{name}-data" for name in names}


def mysql(name: str, executed: str | int = 5, retrieved: str | int = "", **changes: Any) -> Mysql:
    return replace(Mysql(RUNNING, f"{name}-data", executed=gtids(executed), retrieved=gtids(retrieved)), **changes)


def primary(name: str = "n1", executed: str | int = 5, **changes: Any) -> Mysql:
    open_one = {"is_writable": True, "is_waiting": True, "ackers": frozenset(NAMES) - {name}}
    return mysql(name, executed, **{**open_one, **changes})


def replica(name: str, executed: str | int = 5, source: str = "n1", **changes: Any) -> Mysql:
    fed = {"source": source, "is_receiving": True, "is_connected": True, "is_applying": True, "is_acking": True}
    return mysql(name, executed, **{**fed, "lag": 0.0, **changes})


def down() -> Mysql:
    return Mysql(OFF)


def member(name: str, mysql: Mysql | None = None, frozen_for: int = 0, can_lead: bool = True) -> Member:
    shown = mysql or (primary() if name == "n1" else replica(name))
    return Member(name, "", int(name[1:]), shown, frozen_for, can_lead)


def leads(name: str, session: int = 0) -> Leader:
    return Leader(name, EPOCH, session or int(name[1:]))


def sync(leader: str = "n1", replicas: Iterable[str] = ("n2", "n3"), joining: Iterable[str] = ()) -> Sync:
    return Sync(leader, f"{leader}-data", data(*replicas), data(*joining), 3)


def asks(kind: str, to: str = "", is_forced: bool = False) -> Request:
    return Request(kind, to, is_forced, 9)


def since(**ages: float) -> Mapping[str, Beginning]:
    """States and for how many seconds they have lasted; `_` stands for the colon."""
    return {name.replace("_", ":"): Beginning(NOW - age, gtids(5)) for name, age in ages.items()}


def seen(
    mine: Mysql,
    *members: Member,
    leader: Leader | None = None,
    sync: Sync | None = None,
    me: str = "n1",
    left: float = 4.0,
    **changes: Any,
) -> Observation:
    """What `me` sees; `left` are the seconds until its deadline; other words go to the cluster or the observation."""
    cluster_words = {word: changes.pop(word) for word in ("request", "is_paused", "recent") if word in changes}
    everybody = {one.name: one for one in (member(me, mine), *members)}
    cluster = Cluster(20, leader, sync, everybody, **cluster_words)
    return replace(Observation(me, NOW, mine, cluster, is_store_heard=True, deadline=NOW + left), **changes)
