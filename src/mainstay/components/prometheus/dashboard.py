"""What to look at first: what is wrong, and whether the monitoring itself is well."""

from mainstay.model.dashboard import Panel, Query, Row, bad_from, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

FIRING = Row(
    "site",
    "Now",
    (
        Panel(
            "Alerts that fire",
            (Query('count(ALERTS{alertstate="firing", alertname!="Watchdog"}) or vector(0)'),),
            "number",
            steps=bad_from(1),
            width=3,
        ),
        Panel(
            "Which",
            (Query('max by (alertname, severity, machine) (ALERTS{alertstate="firing"})'),),
            "table",
            about="Watchdog stands here always: it says that alerting works.",
            width=5,
        ),
    ),
)

TARGETS = Row(
    "monitoring",
    "Whom it asks",
    (
        whether(
            "Gives figures",
            Query('max by (job, machine) (up{machine=~"$machine"})', "{{machine}} {{job}}"),
            about="By part and machine.",
            width=16,
            height=12,
        ),
        graph(
            "Time to give figures",
            Query('max by (job, machine) (scrape_duration_seconds{machine=~"$machine"})', "{{machine}} {{job}}"),
            unit="s",
            about="What takes longer than four seconds counts as silent.",
            height=12,
        ),
    ),
)

PROMETHEUS = Row(
    "monitoring",
    "Prometheus",
    (
        graph(
            "Rules that could not be worked out",
            Query(
                "sum by (machine) (increase(prometheus_rule_evaluation_failures_total[$__rate_interval]))",
                "{{machine}}",
            ),
        ),
        graph(
            "Time to work out all rules",
            Query("sum by (machine) (prometheus_rule_group_last_duration_seconds)", "{{machine}}"),
            unit="s",
            about="It has five seconds.",
        ),
        graph(
            "Alerts that no Alertmanager took",
            Query(
                "sum by (machine, alertmanager) (increase(prometheus_notifications_errors_total[$__rate_interval]))",
                "{{machine}} to {{alertmanager}}",
            ),
        ),
        graph("Series", Query("max by (machine) (prometheus_tsdb_head_series)", "{{machine}}")),
        graph(
            "Kept on disk",
            Query(
                "sum by (machine) (prometheus_tsdb_storage_blocks_bytes + on (machine, instance)"
                " prometheus_tsdb_wal_storage_size_bytes)",
                "{{machine}}",
            ),
            unit="bytes",
        ),
        graph(
            "Memory",
            Query('max by (machine) (process_resident_memory_bytes{job="prometheus"})', "{{machine}}"),
            unit="bytes",
        ),
    ),
)

ROWS = (FIRING, TARGETS, PROMETHEUS)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
