"""What to look at first where people are to be told, and are not."""

from mainstay.model.dashboard import Query, Row, graph
from mainstay.model.machine import Machine
from mainstay.spec import Spec

MESSAGES = Row(
    "monitoring",
    "Messages",
    (
        graph(
            "Alerts",
            Query("max by (machine, state) (alertmanager_alerts)", "{{machine}} {{state}}"),
            about="`suppressed`: silenced by a person, or left out because another says why.",
        ),
        graph(
            "Messages sent",
            Query(
                "sum by (machine, integration) (increase(alertmanager_notifications_total[$__rate_interval]))",
                "{{machine}} {{integration}}",
            ),
        ),
        graph(
            "Messages that failed",
            Query(
                "sum by (machine, integration) (increase(alertmanager_notifications_failed_total[$__rate_interval]))",
                "{{machine}} {{integration}}",
            ),
        ),
    ),
)

CLUSTER = Row(
    "monitoring",
    "Messages",
    (
        graph(
            "Alertmanagers that each sees",
            Query("max by (machine) (alertmanager_cluster_members)", "{{machine}}"),
            about="Where one does not see all others, you may get every message more than once.",
            width=24,
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """With that of the cluster, where there is one."""
    return (MESSAGES, CLUSTER) if len(spec.running("monitoring")) > 1 else (MESSAGES,)
