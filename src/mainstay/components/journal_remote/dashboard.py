"""What to look at first where logs are to outlive their machines."""

from mainstay.model.dashboard import Query, Row, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

ROWS = (
    Row(
        "monitoring",
        "Logs",
        (
            whether(
                "A log arrives",
                Query(
                    "max by (machine, proxy) (haproxy_backend_current_sessions"
                    '{job="journal_remote", proxy=~"from-.+", machine=~"$machine"}) > bool 0',
                    "{{proxy}} on {{machine}}",
                ),
                about="What does not arrive is kept where it is, and sent later.",
                width=12,
            ),
            graph(
                "Received",
                Query(
                    "sum by (machine, proxy) (rate(haproxy_backend_bytes_in_total"
                    '{job="journal_remote", proxy=~"from-.+", machine=~"$machine"}[$__rate_interval]))',
                    "{{proxy}} on {{machine}}",
                ),
                unit="Bps",
                width=12,
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
