"""What to look at first where visitors, servers or the way to the database are concerned."""

from mainstay.model.dashboard import DOUBTFUL, EXACTLY_ONE, Panel, Query, Row, Step, bad_from, good_from, graph
from mainstay.model.machine import Machine
from mainstay.spec import Spec
from mainstay.spec.sections.monitoring import Monitoring

ALLOWED = "1 - mainstay:objective"
"""The share of requests that may fail."""

FAST, SLOW = 14.4, 6
"""From so many times what is allowed on people are told: by the last hour, and by the last six (alerts.yml)."""

SERVERS_IN_ROTATION = Panel(
    "Servers in rotation",
    (Query('max(haproxy_backend_active_servers{proxy="app"} + haproxy_backend_backup_servers{proxy="app"})'),),
    "number",
    steps=good_from(1),
    width=4,
)


def _errors(allowed: float) -> Panel:
    """allowed: the share of requests that may fail."""
    return Panel(
        "Errors, over 5 minutes",
        (Query("mainstay:request_error_ratio:5m"),),
        "number",
        "percentunit",
        bad_from(round(allowed, 6), round(FAST * allowed, 6)),
        about="The share of answers with a status of 500 or more.",
        width=4,
    )


def _burn_rate(title: str, window: str, bad: float) -> Panel:
    return Panel(
        title,
        (Query(f"mainstay:request_error_ratio:{window} / (1 - scalar(mainstay:objective))"),),
        "number",
        steps=bad_from(1, bad),
        about=f"1: errors come as fast as the objective allows. From {bad:g} times as fast people are told.",
        width=4,
    )


ANSWERS = graph(
    "Answers, by status",
    Query(
        'sum by (code) (rate(haproxy_frontend_http_responses_total{proxy="site"}[$__rate_interval]))',
        "{{code}}",
    ),
    unit="reqps",
)

VISITORS = Row(
    "balancers",
    "Visitors",
    (
        graph(
            "Requests",
            Query(
                'sum by (machine) (rate(haproxy_frontend_http_requests_total{proxy="site", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}}",
            ),
            unit="reqps",
        ),
        graph(
            "Answers, by status",
            Query(
                'sum by (machine, code) (rate(haproxy_frontend_http_responses_total{proxy="site", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}} {{code}}",
            ),
            unit="reqps",
            about="4xx holds the 429 of addresses that ask too often.",
        ),
        graph(
            "Errors",
            Query("mainstay:request_error_ratio:5m", "over 5 minutes"),
            Query("mainstay:request_error_ratio:1h", "over an hour"),
            Query(ALLOWED, "allowed"),
            Query(f"{FAST} * ({ALLOWED})", "told at once"),
            unit="percentunit",
            about="At all balancers together.",
        ),
        graph(
            "Connections, of what there may be",
            Query(
                "max by (machine) (haproxy_process_current_connections"
                '{job="haproxy", machine=~"$machine"} / haproxy_process_max_connections)',
                "{{machine}}",
            ),
            unit="percentunit",
        ),
        graph(
            "Received from visitors, and sent",
            Query(
                'sum by (machine) (rate(haproxy_frontend_bytes_in_total{proxy="site", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}} received",
            ),
            Query(
                'sum by (machine) (rate(haproxy_frontend_bytes_out_total{proxy="site", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}} sent",
            ),
            unit="Bps",
        ),
        graph(
            "HAProxy's own time to spare",
            Query(
                'max by (machine) (haproxy_process_idle_time_percent{job="haproxy", machine=~"$machine"})',
                "{{machine}}",
            ),
            unit="percent",
        ),
    ),
)

SERVERS = Row(
    "balancers",
    "Servers, as balancers see them",
    (
        Panel(
            "State",
            (
                Query(
                    "max by (machine, proxy, server) (haproxy_server_status"
                    '{proxy=~"app|static", state="UP", machine=~"$machine"})'
                    " + 2 * max by (machine, proxy, server) (haproxy_server_status"
                    '{proxy=~"app|static", state=~"MAINT|DRAIN|NOLB", machine=~"$machine"})',
                    "{{machine}}: {{proxy}} {{server}}",
                ),
            ),
            "states",
            steps=(*good_from(1), Step(DOUBTFUL, 2)),
            words=((0, "fails its checks"), (1, "in rotation"), (2, "drained")),
            width=12,
        ),
        graph(
            "Checks that failed",
            Query(
                'sum by (machine, proxy, server) (increase(haproxy_server_check_failures_total{proxy=~"app|static",'
                ' machine=~"$machine"}[$__rate_interval]))',
                "{{machine}}: {{proxy}} {{server}}",
            ),
            width=12,
        ),
        graph(
            "Time to answer",
            Query(
                "max by (machine, proxy) (haproxy_backend_response_time_average_seconds"
                '{proxy=~"app|static|unchecked", machine=~"$machine"})',
                "{{machine}}: {{proxy}}",
            ),
            unit="s",
            about="The mean of the last 1024 requests.",
        ),
        graph(
            "Requests that wait for a server",
            Query(
                "max by (machine, proxy) (haproxy_backend_current_queue"
                '{proxy=~"app|static|unchecked", machine=~"$machine"})',
                "{{machine}}: {{proxy}}",
            ),
        ),
        graph(
            "Tried again, or elsewhere",
            Query(
                "sum by (machine) (rate(haproxy_backend_retry_warnings_total"
                '{proxy=~"app|static|unchecked", machine=~"$machine"}[$__rate_interval]))',
                "{{machine}} again",
            ),
            Query(
                "sum by (machine) (rate(haproxy_backend_redispatch_warnings_total"
                '{proxy=~"app|static|unchecked", machine=~"$machine"}[$__rate_interval]))',
                "{{machine}} elsewhere",
            ),
            unit="reqps",
            about="Visitors notice nothing of it but the time.",
        ),
    ),
)

PER_SERVER = Row(
    "servers",
    "Visitors",
    (
        graph(
            "Answers, by server",
            Query(
                "sum by (server) (rate(haproxy_server_http_responses_total"
                '{proxy=~"app|static|unchecked", server=~"$machine"}[$__rate_interval]))',
                "{{server}}",
            ),
            unit="reqps",
        ),
        graph(
            "Errors, by server",
            Query(
                "sum by (server) (rate(haproxy_server_http_responses_total"
                '{proxy=~"app|static|unchecked", code="5xx", server=~"$machine"}[$__rate_interval]))',
                "{{server}}",
            ),
            unit="reqps",
            about="Answers with a status of 500 or more.",
        ),
        graph(
            "Time to answer, by server",
            Query(
                'max by (server) (haproxy_server_response_time_average_seconds{proxy="app", server=~"$machine"})',
                "{{server}}",
            ),
            unit="s",
            about="The mean of the last 1024 requests.",
        ),
    ),
)

ROUTERS = Row(
    "database",
    "The applications' way to the database",
    (
        Panel(
            "Databases that take writes",
            (Query('max by (machine) (haproxy_backend_active_servers{proxy="primary"})', "from {{machine}}"),),
            "states",
            steps=EXACTLY_ONE,
            about="As the router on each server finds it. With none or two, nobody writes.",
        ),
        Panel(
            "Databases that can be read",
            (Query('max by (machine) (haproxy_backend_active_servers{proxy="readable"})', "from {{machine}}"),),
            "states",
            steps=good_from(1),
        ),
        graph(
            "Connections of applications",
            Query(
                'sum by (machine, proxy) (haproxy_frontend_current_sessions{proxy=~"database-.*"})',
                "{{machine}}: {{proxy}}",
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """Of whichever of the two duties the machine has."""
    balances = "balancer" in machine.roles
    routes = "app" in machine.roles and bool(spec.running("database"))
    balancer = (_on_site(spec), VISITORS, SERVERS, PER_SERVER) if balances else ()
    return (*balancer, *((ROUTERS,) if routes else ()))


def _on_site(spec: Spec) -> Row:
    """The first look; colours go by what the file promises."""
    allowed = 1 - (spec.monitoring or Monitoring()).objective
    burns = (
        _burn_rate("Burn rate of the error budget, last hour", "1h", FAST),
        _burn_rate("Burn rate, last six hours", "6h", SLOW),
    )
    return Row("site", "Visitors", (SERVERS_IN_ROTATION, _errors(allowed), *burns, ANSWERS))
