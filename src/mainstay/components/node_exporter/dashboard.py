"""What to look at first where machines are concerned."""

from mainstay.model.dashboard import Panel, Query, Row, bad_from, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

DISK = 'device!~"(dm-|md|loop|z?ram|sr|fd|nbd).*"'
"""What holds data; not the devices that stand above it, which would count twice."""

ON_SITE = Row(
    "site",
    "Machines",
    (
        Panel(
            "Machines that do not answer",
            (Query("count(max by (machine) (up) == 0) or vector(0)"),),
            "number",
            steps=bad_from(1),
            width=4,
        ),
        Panel(
            "Fullest disk",
            (Query("1 - min(mainstay:disk_free_ratio)"),),
            "number",
            "percentunit",
            bad_from(0.6, 0.9),
            width=4,
        ),
        graph(
            "Processors in use",
            Query('1 - avg by (machine) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))', "{{machine}}"),
            unit="percentunit",
        ),
        graph(
            "Memory in use",
            Query("1 - max by (machine) (node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)", "{{machine}}"),
            unit="percentunit",
        ),
    ),
)

STATE = Row(
    "machines",
    "State",
    (
        whether("Anything there answers", Query('max by (machine) (up{machine=~"$machine"})', "{{machine}}")),
        Panel(
            "Time since the eldest of its units was started",
            (
                Query(
                    'time() - min by (machine) (node_systemd_unit_start_time_seconds{machine=~"$machine"} > 0)',
                    "{{machine}}",
                ),
            ),
            "number",
            "s",
            about="Starts anew with the machine, not with any one unit.",
        ),
        graph(
            "Clock, against that of the machine that monitors",
            Query(
                'max by (machine) (node_time_seconds{machine=~"$machine"} - timestamp(node_time_seconds))',
                "{{machine}}",
            ),
            unit="s",
        ),
        whether(
            "Units that run",
            Query(
                'max by (machine, name) (node_systemd_unit_state{state="active", machine=~"$machine"})',
                "{{machine}} {{name}}",
            ),
            width=24,
            height=14,
        ),
    ),
)


def _waits(what: str, resource: str) -> Panel:
    """By the kernel's word on pressure: the share of the time in which some process could not go on."""
    return graph(
        f"Waits for {what}",
        Query(
            f"max by (machine) (rate(node_pressure_{resource}_waiting_seconds_total"
            '{machine=~"$machine"}[$__rate_interval]))',
            "{{machine}}",
        ),
        unit="percentunit",
        about="The share of the time in which some process could not go on.",
    )


LOAD = Row(
    "machines",
    "Load",
    (
        graph(
            "Processors in use",
            Query(
                'sum by (machine, mode) (rate(node_cpu_seconds_total{mode!="idle", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}} {{mode}}",
            ),
            about="In processors: 2 is two of them, wholly. `steal` is what the machine's own host gave to others.",
        ),
        graph(
            "Memory in use",
            Query(
                '1 - max by (machine) (node_memory_MemAvailable_bytes{machine=~"$machine"}'
                " / node_memory_MemTotal_bytes)",
                "{{machine}}",
            ),
            unit="percentunit",
        ),
        graph(
            "Processes that the kernel ended for want of memory",
            Query('max by (machine) (increase(node_vmstat_oom_kill{machine=~"$machine"}[10m]))', "{{machine}}"),
            about="Within ten minutes.",
        ),
        _waits("a processor", "cpu"),
        _waits("memory", "memory"),
        _waits("a disk", "io"),
    ),
)

DISKS = Row(
    "machines",
    "Disks and network",
    (
        graph(
            "Disks, how full",
            Query('1 - mainstay:disk_free_ratio{machine=~"$machine"}', "{{machine}} {{device}}"),
            unit="percentunit",
        ),
        graph(
            "Written to disks",
            Query(
                "sum by (machine) (rate(node_disk_written_bytes_total"
                f'{{{DISK}, machine=~"$machine"}}[$__rate_interval]))',
                "{{machine}}",
            ),
            unit="Bps",
            about="In the lab, what this computer writes as a whole.",
        ),
        graph(
            "Disks at work",
            Query(
                "max by (machine, device) (rate(node_disk_io_time_seconds_total"
                f'{{{DISK}, machine=~"$machine"}}[$__rate_interval]))',
                "{{machine}} {{device}}",
            ),
            unit="percentunit",
            about="The share of the time in which a disk has something to do.",
        ),
        graph(
            "Received",
            Query(
                'sum by (machine) (rate(node_network_receive_bytes_total{device!="lo", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}}",
            ),
            unit="Bps",
        ),
        graph(
            "Sent",
            Query(
                'sum by (machine) (rate(node_network_transmit_bytes_total{device!="lo", machine=~"$machine"}'
                "[$__rate_interval]))",
                "{{machine}}",
            ),
            unit="Bps",
        ),
        graph(
            "TCP segments sent again",
            Query(
                'max by (machine) (rate(node_netstat_Tcp_RetransSegs{machine=~"$machine"}[$__rate_interval]))',
                "{{machine}}",
            ),
            unit="pps",
            about="What a network loses is sent again.",
        ),
    ),
)

ROWS = (ON_SITE, STATE, LOAD, DISKS)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
