"""From `failover: manual` to `automatic`: keepers take over databases that run and are in use."""

from mainstay.components.mysql.component import ROLE_UNIT, UNIT
from mainstay.operations.database.observe import observe, primary_of
from mainstay.operations.errors import OperationError
from mainstay.operations.rollout import Rollout

ANSWERER = ROLE_UNIT.rpartition("/")[2]
IS_ACTIVE = ("systemctl", "is-active", ANSWERER)


def take_over_by_keepers(rollout: Rollout) -> None:
    """Afterwards each MySQL was started by a keeper, and nothing else answers for it.

    A server takes some settings on only when it starts, and a keeper relies on them. So all are stopped once, and the
    database is away for the seconds until the keepers have agreed on a primary. The answerer goes last on each machine:
    as long as one is active, the change is not finished, and the next run goes on with it.

    Raises:
        OperationError: there is no primary that all others follow; nothing is stopped then.
    """
    site = rollout.prepared.site
    names = [machine.name for machine in site.running("database")]
    if not site.spec.is_failover_automatic:
        return
    reach = site.ground.reach()
    answering = [name for name in names if reach.run(name, IS_ACTIVE).output.strip() == "active"]
    if answering == names:
        _ensure_all_follow(rollout, names)
    for name in answering:
        rollout.report(name, "stopping MySQL, which its keeper then starts")
        reach.run_or_fail(name, ("systemctl", "disable", "--now", UNIT), seconds=120)
        reach.run_or_fail(name, ("systemctl", "disable", "--now", ANSWERER))
        rollout.report(name, "")
    if answering:
        rollout.roll_on(names, "mysql", "keeper")


def _ensure_all_follow(rollout: Rollout, names: list[str]) -> None:
    members = observe(rollout.prepared.site.ground.reach(), names)
    primary = primary_of(members)
    lost = [m.name for m in members.values() if m.name != primary and not m.is_following]
    if primary is None or lost:
        what = f"{', '.join(lost)} does not follow" if primary else "No database takes writes"
        raise OperationError(
            f"{what}: `failover: automatic` begins with a primary that all others follow.",
            "See `mainstay db status`; with `failover: manual`, `mainstay up` mends it.",
        )
