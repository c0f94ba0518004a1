"""The firewall's part of `up`: new rules stay only where a new connection came through them."""

from collections.abc import Sequence

from mainstay.grounds.errors import GroundError
from mainstay.grounds.reach import Reach
from mainstay.operations.errors import OperationError
from mainstay.operations.rollout import Rollout

FIREWALL = "nftables"
CONFIRM = ("/usr/local/lib/mainstay/firewall", "confirm")
COME_THROUGH_SECONDS = 10.0


def roll_firewall(rollout: Rollout) -> None:
    """Machines that had no firewall get theirs at once, the others one by one; each must let us in again.

    Raises:
        OperationError: one does not. Its rules go back by themselves, and no further machine has been touched.
    """
    due = [machine.name for machine in rollout.prepared.plan.machines if rollout.is_due(machine.name, FIREWALL)]
    had = [name for name in due if _has(rollout, name)]
    new = [name for name in due if name not in had]
    for names in (new, *([name] for name in had)):
        if names:
            rollout.roll_on(names, FIREWALL)
            _confirm(rollout, names)


def _has(rollout: Rollout, name: str) -> bool:
    record = rollout.prepared.states[name].record
    return record is not None and FIREWALL in record.parts


def _confirm(rollout: Rollout, names: Sequence[str]) -> None:
    reach = rollout.prepared.site.ground.reach()
    refusals = reach.on_each(names, lambda name: _refusal(reach, name))
    closed = [name for name in names if refusals[name]]
    if closed:
        raise OperationError(
            f"{', '.join(closed)} did not let us in through the new firewall: {refusals[closed[0]]}",
            "The rules before it are in force again within 20 s. Mend `firewall: ssh:` and run `mainstay up` again.",
        )


def _refusal(reach: Reach, name: str) -> str:
    """Come in by a new connection and say so there; "", or why that did not work."""
    try:
        done = reach.run(name, CONFIRM, seconds=COME_THROUGH_SECONDS, is_anew=True)
    except GroundError as error:
        return error.what
    return "" if done.is_success else done.errors.strip() or f"exit status {done.status}"
