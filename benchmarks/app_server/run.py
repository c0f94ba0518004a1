"""Compares the application servers and writes results.json; see README.md."""

import json
import platform
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import lifecycle
import throughput
from candidates import CANDIDATES, THREADS, WORKERS
from servers import start

RESULTS = Path(__file__).with_name("results.json")
PACKAGES = ("gunicorn", "uvicorn", "uvicorn-worker", "granian", "a2wsgi", "httptools", "uvloop", "flask", "starlette")
SEED = 1


def measure_throughput(folder: Path) -> dict[str, object]:
    """Start every server, measure all of them side by side, and stop them."""
    with ExitStack() as stack:
        servers = []
        for number, candidate in enumerate(CANDIDATES):
            servers.append(start(candidate, str(folder / f"{number}.sock")))
            stack.callback(servers[-1].end)
            servers[-1].wait_until_ready()
        runs = throughput.measure(servers, random.Random(SEED))
        found = [
            {
                "server": server.candidate.name,
                "interface": server.candidate.interface,
                "command": f"{server.candidate.command} {server.candidate.on_path('SOCKET')}",
                "memory_mib": round(server.memory_mib()),
                "paths": {path: throughput.summarise(runs, server, path) for path in throughput.PATHS},
            }
            for server in servers
        ]
    return {"servers": found, "generator": throughput.generator(runs)}


def measure_lifecycle(folder: Path) -> list[dict[str, object]]:
    """Stop, reload, restart and kill each server, one after the other."""
    found = []
    for candidate in CANDIDATES:
        path = str(folder / "lifecycle.sock")
        facts = {
            "server": candidate.name,
            "interface": candidate.interface,
            "ready_seconds": sorted(lifecycle.time_to_ready(candidate, path) for _ in range(3))[1],
            "stop": lifecycle.stop(candidate, path),
            "reload": lifecycle.reload(candidate, path, is_fresh=False),
            "reload_fresh_connections": lifecycle.reload(candidate, path, is_fresh=True),
            "restart_held_socket": lifecycle.restart(candidate, path, is_fresh=False),
            "restart_held_socket_fresh_connections": lifecycle.restart(candidate, path, is_fresh=True),
            "hurt": lifecycle.hurt(candidate, path),
        }
        sys.stderr.write(json.dumps(facts) + "\n")
        found.append(facts)
    return found


def main() -> None:
    """Measure everything and write it down."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "python": platform.python_version(),
            "packages": {package: version(package) for package in PACKAGES},
            "workers": WORKERS,
            "threads": THREADS,
            "throughput": measure_throughput(Path(folder)),
            "lifecycle": measure_lifecycle(Path(folder)),
        }
    found["took_seconds"] = round(time.monotonic() - started)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
