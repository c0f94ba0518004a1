"""What a keeper shows to monitoring, in Prometheus' text format (version 0.0.4); what is not known yet is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from mainstay_keeper import view
from mainstay_keeper.cycle import Told
from mainstay_keeper.nouns import Cluster
from mainstay_keeper.rest import is_primary

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Metric:
    """A number by its name; meaning: one line, without a backslash."""

    name: str
    kind: Literal["gauge", "counter"]
    meaning: str


METRICS: Final = (
    Metric(
        "mainstay_keeper_is_primary", "gauge",
        "Whether MySQL takes writes here by right, as routers are told.",
    ),
    Metric(
        "mainstay_keeper_cycle_age_seconds", "gauge",
        "Seconds since the last cycle had looked at MySQL and the store; what it did then is not waited for.",
    ),
    Metric(
        "mainstay_keeper_paused", "gauge",
        "Whether automation is off, as last read from the store.",
    ),
    Metric(
        "mainstay_keeper_sync_members", "gauge",
        "Replicas that COMMITs wait for and that may be promoted, as last read from the store.",
    ),
    Metric(
        "mainstay_keeper_members", "gauge",
        "Databases that the site has, by this keeper's settings.",
    ),
    Metric(
        "mainstay_keeper_changes_total", "counter",
        "Epoch of the leader's key, as last read from the store: rises with each change of primary, by more than one,"
        " and when the same one takes the lead anew; left out while nobody leads.",
    ),
    Metric(
        "mainstay_keeper_store_reachable", "gauge",
        "Whether the store answered in the last cycle, and this keeper's session lived.",
    ),
    Metric(
        "mainstay_keeper_failsafe", "gauge",
        "Whether this is the primary, and goes on without the store because all others agree.",
    ),
    Metric(
        "mainstay_keeper_errant_transactions", "gauge",
        "Transactions executed here that the open primary does not have; 0 also while that cannot be said.",
    ),
)  # fmt: skip


def text(told: Told, members: int, now: float) -> str:
    """All that is known at `now`, by the keeper's clock. told: by the last cycle. members: how many the site has."""
    known = {"mainstay_keeper_members": members, **_of_cycle(told, now), **_of_store(told.seen.cluster)}
    return "".join(_lines(metric, known[metric.name]) for metric in METRICS if metric.name in known)


def _lines(metric: Metric, value: float) -> str:
    name = metric.name
    return f"# HELP {name} {metric.meaning}\n# TYPE {name} {metric.kind}\n{name} {value}\n"


def _of_cycle(told: Told, now: float) -> Mapping[str, float]:
    """Each cycle ends in a sentence: without one there was none yet."""
    if not told.sentence:
        return {}
    seen, leads = told.seen, is_primary(told, now)
    return {
        "mainstay_keeper_is_primary": int(leads),
        "mainstay_keeper_cycle_age_seconds": round(now - seen.now, 3),
        "mainstay_keeper_store_reachable": int(seen.is_store_heard),
        "mainstay_keeper_failsafe": int(leads and view.goes_on_by_agreement(seen)),
        "mainstay_keeper_errant_transactions": len(view.errant(seen)),
    }


def _of_store(cluster: Cluster) -> Mapping[str, float]:
    """Whatever was read was read at a revision: without one the store has not been heard yet."""
    if not cluster.revision:
        return {}
    changes = {"mainstay_keeper_changes_total": cluster.leader.epoch} if cluster.leader else {}
    replicas = cluster.sync.replicas if cluster.sync else {}
    return {
        "mainstay_keeper_paused": int(cluster.is_paused),
        "mainstay_keeper_sync_members": len(replicas),
        **changes,
    }
