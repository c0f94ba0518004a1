"""A switchover is prepared while the primary still writes, so that the pause is one of milliseconds.

The first acknowledgement that a new source gets takes a second: it looks for new replicas once a second. So before
writes stop, the two follow each other:

    the leader publishes its heir -> the heir's source plugin is on (`Warm`) -> the leader follows the heir,
    acknowledging, applying nothing (`Circle`) -> the heir has seen it acknowledge for `warmth` -> the hand-over

Why this cannot lose a write:

- *The heir stays read-only.* What is acknowledged to it are transactions of the leader, which the leader has. No
  client hangs on them. Whatever state its plugin is in means nothing until it is opened, and `Open` sets it anew.
- *The leader acknowledges to nobody who takes writes.* Should another way make the heir primary while the leader is
  still connected, the leader acknowledges without standing in the record. So its connection is held to the same rule
  as any replica's: it ends before its session does, by its keeper or by the guard (`decide`, `watched`); and whoever
  takes over cuts off, before it opens, all who are connected (`promote`).
- *The leader's receiving adds nothing to it.* All that the heir sends is the leader's own, which MySQL drops.

What it can cost is time: the heir's applier waits for the leader's acknowledgements, too, and the leader may go away.
So MySQL itself bounds that wait (`LocalMysql.warm`: a second, and none when nobody is connected), and every keeper
whose MySQL waits without being asked to switches that off before anything else (`is_left_over`).

Nobody remembers a phase. The leader's request, its member key and its MySQL's source say how far it is; if any of
them goes, each side undoes its own part. A circle that does not stand in `warming` seconds is given up, and the
switchover is carried out without it.
"""

from mainstay_keeper import view
from mainstay_keeper.actions import Circle, Decision, LeaveCircle
from mainstay_keeper.lasting import ASKED, CIRCLE
from mainstay_keeper.nouns import SWITCHOVER, Observation, Request


def heir(seen: Observation) -> str:
    """To whom the leader here is about to hand over, as it publishes with its next word; "" to nobody."""
    request, is_leading = seen.cluster.request, view.is_mine(seen) and view.is_last_leader(seen)
    if request is None or request.kind != SWITCHOVER or not is_leading or is_late(seen, request):
        return ""
    fit = view.successors(seen, request.to)
    return fit[0] if fit else ""


def is_heir(seen: Observation) -> bool:
    """Whether the leader that is followed here is about to hand over to this one."""
    leader = seen.cluster.leader
    member = seen.cluster.members.get(leader.name) if leader else None
    return member is not None and member.heir == seen.me and member.name == seen.mysql.source


def is_left_over(seen: Observation) -> bool:
    """Whether a replica here has its source plugin on and nobody wants it: its applier would wait for nothing."""
    mysql = seen.mysql
    is_replica = bool(mysql.source) and mysql.is_applying and not mysql.is_writable
    is_called = view.is_mine(seen) and view.is_last_leader(seen)
    return is_replica and mysql.is_source_on and not is_called and not is_heir(seen)


def is_late(seen: Observation, request: Request) -> bool:
    """Whether the circle was waited for long enough."""
    return view.lasts(seen, f"{ASKED}:{request.revision}", seen.policy.warming)


def preparing(seen: Observation, request: Request, to: str) -> Decision | None:
    """The leader's part; None once writes may stop."""
    source, late = seen.mysql.source, is_late(seen, request)
    if view.lasts(seen, CIRCLE, seen.policy.warmth) or (late and not source):
        return None
    if source and (late or source != to):
        return leaving()
    if not source and seen.cluster.members[to].mysql.is_source_on:
        return Decision((Circle(to),), f"Prepares to hand over to {to}: follows it, too.")
    return Decision((), f"Prepares to hand over to {to}.")


def leaving() -> Decision:
    """A primary follows nobody, unless it is about to hand over."""
    return Decision((LeaveCircle(),), "Is primary, and follows nobody any more.")
