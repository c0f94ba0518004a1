"""Brings the voters to what the file says, one at a time, and never without a majority."""

from collections.abc import Collection, Mapping

from mainstay.components.etcd.component import DATA, ORDER, PEER, UNIT
from mainstay.model.machine import Machine
from mainstay.model.state import UnitState
from mainstay.operations.rollout import Rollout
from mainstay.operations.voters.cluster import Cluster, Member

ETCD = "etcd"
DATA_THERE, ORDER_THERE, NOTHING = "data", "order", "nothing"
LOOK = f"if [ -d {DATA}/member/wal ]; then echo data; elif [ -e {ORDER} ]; then echo order; else echo nothing; fi"
GIVE_ORDER = f"umask 077 && cat > {ORDER}.half && mv {ORDER}.half {ORDER}"
EMPTY = f"systemctl stop {UNIT} && rm -rf {DATA}/member {ORDER}"


def settle_voters(rollout: Rollout) -> None:
    """Afterwards the voters of the plan vote, and nobody else, each with its current settings.

    A voter without data is never simply started: it has forgotten how it voted, and could vote a second time. Either
    nobody has any, then all begin together; or the others strike it off and enrol it under a new number.

    Raises:
        OperationError: voters have data, and no majority of them answers.
    """
    voters = _voters(rollout)
    if not voters:
        return
    found = _look(rollout)
    holding = [name for name, what in found.items() if what == DATA_THERE]
    if not holding:
        _found(rollout, voters)
        return
    running_first = sorted(holding, key=lambda name: not _is_running(rollout, name))
    cluster = Cluster(rollout.prepared.site.ground.reach(), running_first)
    down = [name for name in voters if found[name] != NOTHING and not _is_running(rollout, name)]
    if not cluster.has_majority():
        _carry_to_running(rollout, holding)
        rollout.roll_on(down, ETCD)
    new = to_enrol(voters, found, cluster.members())
    rollout.roll_on([name for name in down if name not in new], ETCD)
    for name in new:
        _enrol(rollout, cluster, voters[name])
    change_one_by_one(rollout)
    for member in strangers(voters.values(), cluster.members()):
        rollout.report("", f"striking {member.name or member.url} off the voters")
        cluster.strike_off(member)
        rollout.report("", "")


def change_one_by_one(rollout: Rollout) -> None:
    """Afterwards each voter has its current settings.

    The next only when all are well: two that are away would be the majority.
    """
    names = tuple(_voters(rollout))
    is_due = any(rollout.is_due(name, ETCD) for name in names)
    if is_due and not Cluster(rollout.prepared.site.ground.reach(), names).has_majority():
        _carry_to_running(rollout, names)
    for name in names:
        if rollout.is_due(name, ETCD):
            rollout.wait_until_healthy(names, (ETCD,))
            rollout.roll_on((name,), ETCD)


def to_enrol(voters: Mapping[str, Machine], found: Mapping[str, str], members: Collection[Member]) -> tuple[str, ...]:
    """Those without data and without an order to begin, and those with the data of one that was struck off."""
    known = {member.url for member in members}
    return tuple(
        name
        for name, machine in voters.items()
        if found[name] == NOTHING or (found[name] == DATA_THERE and peer_url(machine) not in known)
    )


def strangers(voters: Collection[Machine], members: Collection[Member]) -> tuple[Member, ...]:
    """The members that are no voters of the plan."""
    urls = {peer_url(machine) for machine in voters}
    return tuple(member for member in members if member.url not in urls)


def order_to_begin(state: str, urls: Mapping[str, str]) -> str:
    """The settings by which a voter without data begins: "new" with all others, or "existing" as one that was added."""
    cluster = ",".join(f"{name}={url}" for name, url in urls.items())
    return f"ETCD_INITIAL_CLUSTER={cluster}\nETCD_INITIAL_CLUSTER_STATE={state}\n"


def peer_url(machine: Machine) -> str:
    """Where a voter is heard by the others."""
    return f"https://{machine.address}:{PEER}"


def _look(rollout: Rollout) -> dict[str, str]:
    """What lies on every machine of the site: where the voters are all new, those from before may still be asked."""
    reach, names = rollout.prepared.site.ground.reach(), [m.name for m in rollout.prepared.plan.machines]
    return reach.on_each(names, lambda name: reach.run_or_fail(name, ("sh", "-c", LOOK)).strip())


def _found(rollout: Rollout, voters: Mapping[str, Machine]) -> None:
    """Every order is given before anybody begins, and given again it is the same: a run may break off in between."""
    order = order_to_begin("new", {name: peer_url(machine) for name, machine in voters.items()})
    rollout.carry(ETCD)
    rollout.prepared.site.ground.reach().on_each(tuple(voters), lambda name: _give_order(rollout, name, order))
    rollout.roll_on(tuple(voters), ETCD)


def _enrol(rollout: Rollout, cluster: Cluster, machine: Machine) -> None:
    """Strike off what the others know of it, enrol it under a new number, and let it begin with nothing."""
    rollout.report(machine.name, "enrolling it as a voter")
    rollout.carry(ETCD, on=(machine.name,))
    for member in cluster.members():
        if member.url == peer_url(machine) or member.name == machine.name:
            cluster.strike_off(member)
    rollout.prepared.site.ground.reach().run_or_fail(machine.name, ("sh", "-c", EMPTY))
    cluster.add(machine.name, peer_url(machine))
    urls = {member.name or machine.name: member.url for member in cluster.members()}
    _give_order(rollout, machine.name, order_to_begin("existing", urls))
    if not rollout.is_due(machine.name, ETCD):
        rollout.prepared.site.ground.reach().run_or_fail(machine.name, ("systemctl", "start", UNIT))
    rollout.roll_on((machine.name,), ETCD)


def _carry_to_running(rollout: Rollout, names: Collection[str]) -> None:
    """Their certificates may have ended: then none lets another in, until all have new ones, which they read anew."""
    running = [name for name in names if _is_running(rollout, name)]
    if running:
        rollout.carry(ETCD, on=running)


def _voters(rollout: Rollout) -> dict[str, Machine]:
    return {i.machine.name: i.machine for i in rollout.prepared.plan.exposures if i.component == ETCD}


def _is_running(rollout: Rollout, name: str) -> bool:
    return rollout.prepared.states[name].units.get(UNIT, UnitState()).active


def _give_order(rollout: Rollout, name: str, order: str) -> None:
    rollout.prepared.site.ground.reach().run_or_fail(name, ("sh", "-c", GIVE_ORDER), given=order)
