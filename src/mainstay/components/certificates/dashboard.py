"""What to look at first where certificates are concerned."""

from mainstay.model.dashboard import BAD, DOUBTFUL, GOOD, Panel, Query, Row, Step
from mainstay.model.machine import Machine
from mainstay.spec import Spec

DAY = 86400

ROWS = (
    Row(
        "machines",
        "State",
        (
            Panel(
                "Certificates are good for",
                (Query('min by (machine) (mainstay:certificate_seconds_left{machine=~"$machine"})', "{{machine}}"),),
                "number",
                "s",
                (Step(BAD), Step(DOUBTFUL, 10 * DAY), Step(GOOD, 21 * DAY)),
                about="Of each machine the one that ends first. Renewed when a third of its life is left.",
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
