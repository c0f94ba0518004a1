"""What to look at first where a database is concerned."""

from mainstay.model.dashboard import BAD, EXACTLY_ONE, GOOD, Panel, Query, Row, Step, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

SEMI_SYNC = "mysql_global_status_rpl_semi_sync_source"

ON_SITE = Row(
    "site",
    "Database",
    (
        Panel(
            "Primary",
            (Query("max by (machine) (mysql_global_variables_super_read_only == 0)", "{{machine}}"),),
            "name",
            about="Who takes writes. Nobody, or two, is wrong.",
            width=4,
        ),
        Panel(
            "Databases that take writes",
            (Query("count(mysql_global_variables_super_read_only == 0) or vector(0)"),),
            "number",
            steps=EXACTLY_ONE,
            width=4,
        ),
        graph(
            "Statements",
            Query("sum by (machine) (rate(mysql_global_status_queries[$__rate_interval]))", "{{machine}}"),
            unit="ops",
        ),
    ),
)

STATE = Row(
    "database",
    "State",
    (
        Panel(
            "Who is what",
            (
                Query(
                    '2 * max by (machine) (mysql_up{machine=~"$machine"})'
                    ' - on (machine) max by (machine) (mysql_global_variables_super_read_only{machine=~"$machine"})'
                    ' or max by (machine) (mysql_up{machine=~"$machine"})',
                    "{{machine}}",
                ),
            ),
            "states",
            steps=(Step(BAD), Step("blue", 1), Step(GOOD, 2)),
            words=((0, "does not answer"), (1, "replica"), (2, "primary")),
            about="By the word of each database: whether it takes writes.",
            width=16,
        ),
        Panel(
            "Time since its start",
            (Query('max by (machine) (mysql_global_status_uptime{machine=~"$machine"})', "{{machine}}"),),
            "number",
            "s",
        ),
    ),
)

WORK = Row(
    "database",
    "Work",
    (
        graph(
            "Statements",
            Query(
                "sum by (machine, command) (rate(mysql_global_status_commands_total"
                '{command=~"select|insert|update|delete|commit|rollback", machine=~"$machine"}[$__rate_interval]))',
                "{{machine}} {{command}}",
            ),
            unit="ops",
        ),
        graph(
            "Connections, of what there may be",
            Query(
                'max by (machine) (mysql_global_status_threads_connected{machine=~"$machine"}'
                " / mysql_global_variables_max_connections)",
                "{{machine}}",
            ),
            unit="percentunit",
            about="From 80 % on people are told.",
        ),
        graph(
            "Statements under way",
            Query('max by (machine) (mysql_global_status_threads_running{machine=~"$machine"})', "{{machine}}"),
            about="More than there are processors, and for long: something holds them up.",
        ),
        graph(
            "Waits for a row that another has locked",
            Query(
                "sum by (machine) (rate(mysql_global_status_innodb_row_lock_waits"
                '{machine=~"$machine"}[$__rate_interval]))',
                "{{machine}}",
            ),
            unit="ops",
        ),
        graph(
            "Slow statements",
            Query(
                'sum by (machine) (rate(mysql_global_status_slow_queries{machine=~"$machine"}[$__rate_interval]))',
                "{{machine}}",
            ),
            unit="ops",
            about="Half a second or longer; `mainstay logs MACHINE mysql` shows them.",
        ),
        graph(
            "Pages read from disk",
            Query(
                "sum by (machine) (rate(mysql_global_status_innodb_buffer_pool_reads"
                '{machine=~"$machine"}[$__rate_interval]))',
                "{{machine}}",
            ),
            unit="ops",
            about="Because the buffer pool did not hold them. Many, and always: it is too small.",
        ),
    ),
)


def _lag(width: int = 8) -> Panel:
    """By MySQL 8's name for it, and by the one before."""
    return graph(
        "Replicas are behind by",
        Query(
            "max by (machine) (mysql_slave_status_seconds_behind_source or mysql_slave_status_seconds_behind_master)",
            "{{machine}}",
        ),
        unit="s",
        width=width,
    )


def _follows(thread: str) -> Query:
    return Query(
        f"min by (machine) (mysql_slave_status_replica_{thread}_running or mysql_slave_status_slave_{thread}_running)",
        "{{machine}} " + {"io": "receives", "sql": "applies"}[thread],
    )


REPLICATION = (
    Row("site", "Database", (_lag(),)),
    Row(
        "database",
        "Replication",
        (
            _lag(),
            whether("Follows", _follows("io"), _follows("sql"), about="Receives from the primary, and applies it."),
            Panel(
                "Replicas that COMMITs wait for",
                (
                    Query(
                        f"max by (machine) ({SEMI_SYNC}_clients and on (machine)"
                        " (mysql_global_variables_super_read_only == 0))",
                        "{{machine}}",
                    ),
                ),
                unit="short",
                about="At the primary. With none, what visitors write is on one machine only.",
            ),
            graph(
                "Time that a COMMIT waits for a replica",
                Query(
                    f"1e-6 * max by (machine) ({SEMI_SYNC}_tx_avg_wait_time and on (machine)"
                    " (mysql_global_variables_super_read_only == 0))",
                    "{{machine}}",
                ),
                unit="s",
                about="The mean since the start.",
                width=12,
            ),
            graph(
                "COMMITs that no replica had",
                Query(
                    f"sum by (machine) (increase({SEMI_SYNC}_no_tx[$__rate_interval]) and on (machine)"
                    " (mysql_global_variables_super_read_only == 0))",
                    "{{machine}}",
                ),
                about="If the primary is lost, they are, too.",
                width=12,
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """With those of replication, where there is a replica."""
    return (ON_SITE, STATE, WORK, *(REPLICATION if len(spec.running("database")) > 1 else ()))
