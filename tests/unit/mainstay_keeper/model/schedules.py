"""Programs worth keeping: for each rule one in which only that rule stands between an acknowledged write and its loss.

Those that chance found were made short by `programs.shrunk`; the others were written by hand, because what they need
(a keeper that stalls between deciding and doing, a machine that wakes for three steps) comes up too seldom by chance.
"""

from collections.abc import Mapping

from tests.unit.mainstay_keeper.model.programs import Step

N1, N2, N3 = 0, 1, 2
WELL: list[Step] = [("calm", 0, 4), ("calm", 0, 4)]
"""Ten seconds from the start: n1 is primary, everybody else in the sync set."""


def seconds(count: int, *names: int, fed: tuple[int, ...] = ()) -> list[Step]:
    """So many seconds in which these keepers go on, and these replicas receive."""
    one: list[Step] = [("second", 0, 0), *(("flow", name, 0) for name in fed), *(("cycle", name, 0) for name in names)]
    return one * count


ALONE_BY_N3: list[Step] = [("connect", N3, 0), ("write", N1, 0), ("receive", N3, 5), ("hear", N3, 0)]
"""A write that n3 acknowledges, and nobody else receives."""

SCHEDULES: Mapping[str, tuple[int, list[Step]]] = {
    "arm before a replica has all": (
        3,
        [("calm", N1, 4), ("slow", N2, 1), ("calm", N2, 4), ("topple", N1, 0), ("calm", N2, 4), ("fell", N2, 4)],
    ),
    "arm while a COMMIT from before may be running": (
        2,
        [("calm", 0, 3), ("second", 0, 0), ("slow", N2, 0), ("write", N1, 0)]
        + [("cycle", N1, 0)] * 3
        + [("end", N1, 0), ("topple", 0, 0)],
    ),
    "stop waiting before the store says that nobody may be promoted": (
        3,
        [
            *WELL,
            ("fell", N3, 0),
            ("isolate", N3, 0),
            ("delay", N2, 4),
            ("calm", N1, 3),
            ("heal", N1, 4),
            ("topple", N1, 1),
        ],
    ),
    "remove a member whose session lives": (
        3,
        [*WELL, ("switchover", N1, 0), ("calm", N2, 4), ("calm", N2, 5), ("calm", N3, 0), ("fell", N2, 0)],
    ),
    "remove a member that alone has an acknowledged write": (
        3,
        [
            *WELL,
            ("busy", N3, 4),
            ("second", 0, 0),
            ("second", 0, 0),
            ("isolate", N2, 0),
            ("slow", N3, 5),
            ("crash_keeper", N1, 4),
            ("busy", N3, 5),
            ("calm", N3, 2),
            ("power_cut", N2, 5),
            ("topple", N1, 5),
        ],
    ),
    "remove a member that is still connected": (
        3,
        [
            *WELL,
            ("freeze", N3, 0),
            *seconds(8, N1, N2, fed=(N2,)),
            ("slow", N2, 0),
            ("write", N1, 0),
            ("thaw", N3, 5),
            ("receive", N3, 5),
            ("hear", N3, 0),
            ("topple", 0, 0),
        ],
    ),
    "bid without hearing all of the set": (
        3,
        [
            ("calm", N1, 4),
            ("slow", N3, 1),
            ("slow_applier", N2, 2),
            ("calm", N1, 4),
            ("freeze", N2, 2),
            ("fell", N1, 5),
        ],
    ),
    "open before all is applied": (2, [("calm", N1, 4), ("slow_applier", N2, 4), ("calm", N1, 5), ("fell", N2, 1)]),
    "open without waiting though the set is not empty": (
        3,
        [*WELL, ("crash", N1, 1), ("slow", N3, 2), ("calm", N1, 2), ("calm", N1, 0), ("topple", N1, 3)],
    ),
    "acknowledge past the end of the session": (
        3,
        [*WELL, ("cut", N3, 2), *seconds(8, N1, N2, N3, fed=(N2,)), *ALONE_BY_N3, ("topple", 0, 0)],
    ),
    "no guard": (
        3,
        [*WELL, ("freeze_keeper", N3, 0), *seconds(8, N1, N2, fed=(N2,)), *ALONE_BY_N3, ("topple", 0, 0)],
    ),
    "take a store write of unknown outcome for done": (
        3,
        [
            *WELL,
            ("fell", N3, 0),
            ("isolate", N3, 0),
            ("delay", N2, 4),
            ("calm", N1, 3),
            ("heal", N1, 4),
            ("topple", N1, 1),
        ],
    ),
    "let a store write take effect whenever it arrives": (
        3,
        [
            *WELL,
            ("switchover", N3, 3),
            ("calm", N2, 4),
            ("delay", N1, 4),
            ("calm", N2, 2),
            ("slow", N3, 2),
            ("calm", N2, 1),
            ("land", 0, 0),
            ("calm", N3, 1),
        ],
    ),
    "ignore which data is under a name": (2, [*WELL, ("wipe", N2, 1), ("topple", N1, 0)]),
    "compare before the others are frozen": (
        3,
        [
            *WELL,
            ("freeze", N1, 0),
            *seconds(2, N2, N3),
            *seconds(2, N2),
            ("second", 0, 0),
            ("cycle", N2, 0),
            ("thaw", N1, 5),
            ("write", N1, 0),
            ("receive", N3, 5),
            ("hear", N3, 0),
            ("cycle", N2, 0),
            ("cycle", N2, 0),
        ],
    ),
    "open one that has less than another": (3, [("calm", N1, 4), ("slow", N2, 1), ("calm", N2, 4), ("topple", N1, 0)]),
    "acknowledge before the record names it": (
        3,
        [
            *WELL,
            ("isolate", N3, 0),
            *seconds(9, N1, N2, N3, fed=(N2,)),
            ("join", N3, 0),
            ("cycle", N3, 0),
            ("cycle", N3, 0),
            ("cycle", N3, 0),
            *ALONE_BY_N3,
            ("topple", 0, 0),
        ],
    ),
    "follow another before all is applied": (
        3,
        [*WELL, ("slow_applier", N3, 1), ("cut", N3, 1), ("calm", N1, 3), ("fell", N3, 2), ("topple", N1, 5)],
    ),
    "remove a member that came back a moment ago": (
        3,
        [
            *WELL,
            ("isolate", N3, 0),
            *seconds(5, N1, N2, N3, fed=(N2,)),
            ("second", 0, 0),
            ("stage", N1, 0),
            ("stage", N1, 0),
            ("join", N3, 0),
            ("cycle", N3, 0),
            ("cycle", N3, 0),
            ("stage", N1, 0),
            *ALONE_BY_N3,
            ("topple", 0, 0),
        ],
    ),
    "stop MySQL gracefully": (2, [*WELL, ("second", 0, 2), ("isolate", N1, 3), ("calm", N1, 3), ("cycle", N2, 2)]),
    "act without looking at the clock": (
        3,
        [
            ("calm", 0, 1),
            ("second", 0, 0),
            ("cycle", N1, 0),
            ("cycle", N2, 0),
            ("stage", N3, 0),
            ("stage", N3, 0),
            *seconds(12, N1, N2, fed=(N2,)),
            ("stage", N3, 0),
            *ALONE_BY_N3,
            ("topple", 0, 0),
        ],
    ),
}
