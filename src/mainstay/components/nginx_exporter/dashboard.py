"""What to look at first where Nginx is concerned."""

from mainstay.model.dashboard import Query, Row, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

ROWS = (
    Row(
        "servers",
        "Nginx",
        (
            whether("Answers", Query('max by (machine) (nginx_up{machine=~"$machine"})', "{{machine}}")),
            graph(
                "Requests",
                Query(
                    'sum by (machine) (rate(nginx_http_requests_total{machine=~"$machine"}[$__rate_interval]))',
                    "{{machine}}",
                ),
                unit="reqps",
                about="With the balancers' checks.",
            ),
            graph(
                "Connections",
                Query('max by (machine) (nginx_connections_active{machine=~"$machine"})', "{{machine}}"),
                Query('max by (machine) (nginx_connections_writing{machine=~"$machine"})', "{{machine}} at work"),
                about="At work: a request is under way there, or waits for the application.",
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
