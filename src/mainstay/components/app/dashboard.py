"""What to look at first where the application is concerned."""

from mainstay.model.dashboard import Query, Row, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

ROWS = (
    Row(
        "servers",
        "Application",
        (
            whether(
                "Runs",
                Query(
                    'max by (machine) (node_systemd_unit_state{name="mainstay-app.service", state="active",'
                    ' machine=~"$machine"})',
                    "{{machine}}",
                ),
                width=12,
            ),
            graph(
                "Started again by systemd",
                Query(
                    'max by (machine) (increase(node_systemd_service_restart_total{name="mainstay-app.service",'
                    ' machine=~"$machine"}[10m]))',
                    "{{machine}}",
                ),
                about="Within ten minutes. Who was served meanwhile saw an error.",
                width=12,
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
