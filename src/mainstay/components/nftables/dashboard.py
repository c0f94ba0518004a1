"""What to look at first where the firewall is concerned."""

from mainstay.model.dashboard import Query, Row, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

ROWS = (
    Row(
        "machines",
        "Firewall",
        (
            whether(
                "It is on",
                Query(
                    "max by (machine) (node_systemd_unit_state"
                    '{name="mainstay-firewall.service", state="active", machine=~"$machine"})',
                    "{{machine}}",
                ),
                width=24,
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
