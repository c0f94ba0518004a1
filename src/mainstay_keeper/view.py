"""What follows from an observation by plain reading: whose key it is, who is heard, who may do what."""

from collections.abc import Iterable

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import FAILOVER, Cluster, Member, Mysql, Observation, Sync

NOBODY = Sync("", "")


def has_right(seen: Observation) -> bool:
    """Whether this keeper's session may be held for alive, with time left to fence."""
    return seen.now < seen.deadline - seen.policy.fence


def goes_on_by_agreement(seen: Observation) -> bool:
    """Whether a primary has a right that does not come from the store."""
    return seen.now < seen.agreed_until and seen.mysql.is_writable and is_mine(seen) and not seen.is_store_heard


def is_mine(seen: Observation) -> bool:
    """Whether the leader's key is bound to this very session, as last read."""
    leader, me = seen.cluster.leader, seen.cluster.members.get(seen.me)
    return leader is not None and me is not None and (leader.name, leader.session) == (seen.me, me.session)


def rightful(seen: Observation) -> str:
    """Who may take writes by the store's word of this cycle, open or about to be; "" if nobody may."""
    leader = seen.cluster.leader
    return leader.name if leader and seen.is_store_heard and leader.name == sync_of(seen).leader else ""


def sync_of(seen: Observation) -> Sync:
    """The sync record as last read; one that names nobody if there is none yet."""
    return seen.cluster.sync or NOBODY


def is_last_leader(seen: Observation) -> bool:
    """Whether the data here is the data that was opened last."""
    sync = sync_of(seen)
    return (sync.leader, sync.leader_uuid) == (seen.me, seen.mysql.uuid)


def is_in_sync(seen: Observation) -> bool:
    """Whether the data here is that of a member of the sync set."""
    return sync_of(seen).replicas.get(seen.me) == seen.mysql.uuid


def may_acknowledge(seen: Observation) -> bool:
    """Whether this replica is among those whose acknowledgements the leader may rely on."""
    return sync_of(seen).may_acknowledge.get(seen.me) == seen.mysql.uuid


def heard(seen: Observation, name: str) -> Member | None:
    """A member of the sync set or of those joining whose key is there, with the data that the set names."""
    member = seen.cluster.members.get(name)
    is_same = member is not None and member.mysql.uuid == data_of(seen, name)
    return member if is_same else None


def is_gone(seen: Observation, name: str) -> bool:
    """Whether a member's key has lapsed, or its data is other than the set names: what it was can acknowledge no more.

    A MySQL that is down does not tell the name of its data; it may come back with it.
    """
    member = seen.cluster.members.get(name)
    return member is None or member.mysql.uuid not in ("", data_of(seen, name))


def data_of(seen: Observation, name: str) -> str:
    """The data that the record names for a member."""
    return sync_of(seen).may_acknowledge.get(name, "")


def others(seen: Observation) -> tuple[str, ...]:
    """The sync set without me, in order of name."""
    return tuple(sorted(name for name in sync_of(seen).replicas if name != seen.me))


def unheard(seen: Observation) -> tuple[str, ...]:
    """Those others of the sync set that are not heard, or whose MySQL cannot say what it has."""
    return tuple(name for name in others(seen) if not _can_tell(seen, name))


def is_relied_on_alone(seen: Observation, name: str) -> bool:
    """Whether the sync set has nobody beside this member who is heard."""
    return not any(_can_tell(seen, other) for other in sync_of(seen).replicas if other != name)


def _can_tell(seen: Observation, name: str) -> bool:
    member = heard(seen, name)
    return member is not None and member.mysql.is_running


def has_heir(seen: Observation) -> bool:
    """Whether somebody can take over from this leader, as things stand, by itself."""
    cluster = seen.cluster
    if cluster.is_paused or why_enough(seen) or unheard(seen):
        return False
    return any(cluster.members[name].can_lead for name in others(seen))


def why_enough(seen: Observation) -> str:
    """Why nobody takes over by itself any more, whoever could; "" if somebody may."""
    recent = seen.cluster.recent
    is_enough = recent >= seen.policy.most_failovers
    return f"{recent} failovers in a short time are enough, until an operator acknowledges them" if is_enough else ""


def successors(seen: Observation, to: str) -> tuple[str, ...]:
    """Those of the set, or `to` alone, to whom a leader could hand over now: live, fed, and close behind."""
    return tuple(name for name in others(seen) if to in ("", name) and _is_ready(seen, name))


def _is_ready(seen: Observation, name: str) -> bool:
    member = heard(seen, name)
    if member is None or not member.can_lead or member.mysql.lag is None:
        return False
    is_fed = member.mysql.source == seen.me and member.mysql.is_receiving and member.mysql.is_applying
    return is_fed and member.mysql.lag <= seen.policy.max_lag


def can_lead(mysql: Mysql) -> bool:
    """Whether a MySQL could be opened: it answers, its disk has room, its applier is not stopped by an error."""
    return mysql.is_running and not mysql.is_disk_full and not mysql.sql_error


def frozen_for(mysql: Mysql, leader_name: str, epoch: int) -> int:
    """The epoch to publish: `mysql` was observed after that leader was read, and receives from nobody else."""
    is_frozen = mysql.is_running and (not mysql.is_receiving or mysql.source == leader_name)
    return epoch if is_frozen else 0


def errant(seen: Observation) -> GtidSet:
    """What was executed here and is on no other machine for good: the open leader does not have it.

    Empty while the leader is not open: before that it may not have applied what it has. What the leader itself wrote is
    left out: it may have gone on writing since it published, and it never loses what it sent.
    """
    leader = seen.cluster.leader
    member = seen.cluster.members.get(leader.name) if leader else None
    if member is None or not member.mysql.is_writable or member.mysql.uuid != sync_of(seen).leader_uuid:
        return GtidSet()
    surplus = seen.mysql.executed - member.mysql.received
    return GtidSet(tuple(part for part in surplus.parts if part[0].partition(":")[0] != member.mysql.uuid.lower()))


def word_of_primary(cluster: Cluster) -> int:
    """The revision at which the last primary said that it takes writes; 0 if it does not say so."""
    member = cluster.members.get(cluster.sync.leader) if cluster.sync else None
    return member.revision if member and member.mysql.is_writable else 0


def is_forced(seen: Observation) -> bool:
    """Whether an operator wants this very member opened, whatever may be lost."""
    request = seen.cluster.request
    return request is not None and (request.kind, request.to, request.is_forced) == (FAILOVER, seen.me, True)


def is_asked(seen: Observation, kind: str) -> bool:
    """Whether an operator's request of this kind stands."""
    return seen.cluster.request is not None and seen.cluster.request.kind == kind


def word_of_source(seen: Observation) -> str:
    """A name for the last word of the leader that is followed here, another with each word; "" if none is."""
    leader = seen.cluster.leader
    member = seen.cluster.members.get(leader.name) if leader else None
    return f"word:{member.name}:{member.revision}" if member and member.name == seen.mysql.source else ""


def is_source_silent(seen: Observation) -> bool:
    """Whether the leader that is followed here has said nothing for half of its session's length."""
    return lasts(seen, word_of_source(seen), seen.policy.ttl / 2)


def lasts(seen: Observation, state: str, seconds: float) -> bool:
    """Whether a state has lasted that long."""
    return state in seen.since and seen.now - seen.since[state].at >= seconds


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(sorted(names)) or "nobody"
