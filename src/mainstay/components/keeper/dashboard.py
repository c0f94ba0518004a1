"""What to look at first where it matters who is primary."""

from mainstay.model.dashboard import BAD, DOUBTFUL, GOOD, Panel, Query, Row, Step, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec


def _state(title: str, metric: str, yes: str, no: str, about: str = "") -> Panel:
    """A state that is not the usual one, which is `no`."""
    return Panel(
        title,
        (Query(f'max by (machine) ({metric}{{machine=~"$machine"}})', "{{machine}}"),),
        "states",
        steps=(Step(GOOD), Step(DOUBTFUL, 1)),
        words=((0, no), (1, yes)),
        about=about,
    )


ROWS = (
    Row(
        "site",
        "Database",
        (
            Panel(
                "Automatic failover",
                (Query("max(mainstay_keeper_paused)"),),
                "number",
                steps=(Step(GOOD), Step(DOUBTFUL, 1)),
                words=((0, "on"), (1, "paused")),
                width=4,
            ),
            Panel(
                "Replicas that may take over",
                (Query("max(mainstay_keeper_sync_members and on (machine) (mainstay_keeper_is_primary == 1))"),),
                "number",
                steps=(Step(BAD), Step(GOOD, 1)),
                about="By what the primary's keeper has read.",
                width=4,
            ),
        ),
    ),
    Row(
        "database",
        "Keepers",
        (
            Panel(
                "Primary, by its keeper's word",
                (Query('max by (machine) (mainstay_keeper_is_primary{machine=~"$machine"})', "{{machine}}"),),
                "states",
                steps=(Step("blue"), Step(GOOD, 1)),
                words=((0, "no"), (1, "primary")),
            ),
            graph(
                "Changes of primary",
                Query("max(mainstay_keeper_changes_total)", "number of the lead"),
                about="Rises each time the lead is taken, by more than one, and when the same one takes it anew.",
            ),
            graph(
                "Time since a keeper last looked",
                Query('max by (machine) (mainstay_keeper_cycle_age_seconds{machine=~"$machine"})', "{{machine}}"),
                unit="s",
                about="From ten seconds on people are told.",
            ),
            whether(
                "Hears the voters",
                Query('max by (machine) (mainstay_keeper_store_reachable{machine=~"$machine"})', "{{machine}}"),
            ),
            _state(
                "Goes on without the voters",
                "mainstay_keeper_failsafe",
                "goes on",
                "no need",
                "The primary does so as long as all other keepers agree.",
            ),
            graph(
                "Transactions that the primary never had",
                Query('max by (machine) (mainstay_keeper_errant_transactions{machine=~"$machine"})', "{{machine}}"),
                about="A database that has any cannot take the primary's place.",
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
