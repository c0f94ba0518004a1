"""What to look at first where the voters are concerned."""

from mainstay.model.dashboard import Panel, Query, Row, bad_from, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

ROWS = (
    Row(
        "database",
        "Voters",
        (
            whether("Has a leader", Query("max by (machine) (etcd_server_has_leader)", "{{machine}}")),
            graph(
                "Changes of their leader",
                Query(
                    "max by (machine) (increase(etcd_server_leader_changes_seen_total[$__rate_interval]))",
                    "{{machine}}",
                ),
                about="Each stops the voters for a moment. Often: a slow disk, or a bad network.",
            ),
            graph(
                "Proposals that failed",
                Query(
                    "sum by (machine) (increase(etcd_server_proposals_failed_total[$__rate_interval]))", "{{machine}}"
                ),
            ),
            graph(
                "Time to write to disk, 99 of 100",
                Query(
                    "histogram_quantile(0.99, sum by (machine, le)"
                    " (rate(etcd_disk_wal_fsync_duration_seconds_bucket[$__rate_interval])))",
                    "{{machine}}",
                ),
                unit="s",
                about="From half a second on people are told.",
            ),
            graph(
                "Time to another voter and back, 99 of 100",
                Query(
                    "histogram_quantile(0.99, sum by (machine, le)"
                    " (rate(etcd_network_peer_round_trip_time_seconds_bucket[$__rate_interval])))",
                    "{{machine}}",
                ),
                unit="s",
            ),
            Panel(
                "Store, of what it may hold",
                (
                    Query(
                        "max by (machine) (etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes)",
                        "{{machine}}",
                    ),
                ),
                "number",
                "percentunit",
                bad_from(0.5, 0.8),
            ),
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
