"""How many requests each server answers per second of processor time."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from servers import Server
from visitors import Visitors

PATHS = ("/up", "/page")
WARM_SECONDS = 2.5  # for each path
RUN_SECONDS = 2.0
REPEATS = 5


@dataclass(frozen=True)
class Run:
    """One run: what was answered, and what it took."""

    server: Server
    path: str
    good: int
    bad: int
    broken: int
    refused: int
    seconds: float
    server_cpu_seconds: float
    load_cpu_seconds: float


def measure(servers: Sequence[Server], shuffle: random.Random) -> list[Run]:
    """Warm every server up, then visit them in rounds, each round in another order."""
    pairs = [(server, path) for server in servers for path in PATHS]
    for server, path in pairs:
        Visitors(server.socket, path, WARM_SECONDS).seen()
    runs = []
    for _ in range(REPEATS):
        shuffle.shuffle(pairs)
        runs += [_run(server, path) for server, path in pairs]
    return runs


def summarise(runs: Sequence[Run], server: Server, path: str) -> dict[str, float | list[float]]:
    """The median and the range of one server's runs on one path."""
    mine = [run for run in runs if (run.server, run.path) == (server, path)]
    per_cpu_second = [run.good / run.server_cpu_seconds for run in mine]
    return {
        "requests_per_cpu_second": round(statistics.median(per_cpu_second)),
        "range": [round(min(per_cpu_second)), round(max(per_cpu_second))],
        "requests_per_second": round(statistics.median(run.good / run.seconds for run in mine)),
        "requests": sum(run.good for run in mine),
        "not_2xx": sum(run.bad for run in mine),
        "socket_errors": sum(run.broken + run.refused for run in mine),
    }


def generator(runs: Sequence[Run]) -> dict[str, float]:
    """How far the load generator was from its own limit."""
    return {
        "busiest_share_of_its_core": round(max(run.load_cpu_seconds / run.seconds for run in runs), 2),
        "requests_per_own_cpu_second": round(max(run.good / run.load_cpu_seconds for run in runs)),
    }


def _run(server: Server, path: str) -> Run:
    before = server.cpu_seconds()
    seen = Visitors(server.socket, path, RUN_SECONDS).seen()
    used = server.cpu_seconds() - before
    return Run(
        server,
        path,
        good=seen.good,
        bad=seen.bad,
        broken=len(seen.broken),
        refused=seen.refused,
        seconds=seen.seconds,
        server_cpu_seconds=used,
        load_cpu_seconds=seen.cpu_seconds,
    )
