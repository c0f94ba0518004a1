"""Every dashboard, by hand, with the order of its rows; what stands in them the components say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dashboard:
    """One page. `machines` is a series whose label `machine` has those that can be chosen; "": none can."""

    name: str
    title: str
    rows: tuple[str, ...]
    machines: str = ""


DASHBOARDS = (
    Dashboard("site", "Site", ("Now", "Visitors", "Database", "Machines")),
    Dashboard(
        "machines", "Machines", ("State", "Load", "Disks and network", "Firewall"), machines='up{job="node_exporter"}'
    ),
    Dashboard(
        "balancers",
        "Balancers",
        ("Visitors", "Servers, as balancers see them", "Addresses"),
        machines='haproxy_frontend_http_requests_total{proxy="site"}',
    ),
    Dashboard("servers", "Servers", ("Visitors", "Nginx", "Application"), machines="nginx_up"),
    Dashboard(
        "database",
        "Database",
        ("State", "Replication", "Work", "The applications' way to the database", "Keepers", "Voters"),
        machines="mysql_up",
    ),
    Dashboard("monitoring", "Monitoring", ("Whom it asks", "Prometheus", "Messages", "Logs"), machines="up"),
)
