"""Probes a site from inside its lab's network, where its address lives: a steady, quick question, every answer timed.

As a program, inside the network:  python -m tests.lab.probes ADDRESS PATH HOST PER_SECOND
It runs until its standard input ends, then prints a JSON list of [begun, ended, status]; status 0 is no answer.
"""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from tests.lab.waiting import PATIENCE

CHECKOUT = Path(__file__).parent.parent.parent
PROBE_SECONDS = 1.0 * PATIENCE
Row = tuple[float, float, int]


@dataclass(frozen=True)
class Probe:
    """One question: when it was put and when it was over (time.monotonic seconds), and the answer's status."""

    begun: float
    ended: float
    status: int


class Probes:
    """A hundred probes a second while a `with` block lasts; afterwards `all` holds every one."""

    def __init__(self, namespace: str, address: str, path: str, host: str) -> None:
        self.all: list[Probe] = []
        inside = ("nsenter", f"--net=/run/netns/{namespace}")
        program = (sys.executable, "-m", "tests.lab.probes", address, path, host, "100")
        self._process = subprocess.Popen(
            (*inside, *program), cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Probes":
        time.sleep(2)  # for Python to start, and for a second of calm to compare with
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        told, _ = self._process.communicate(timeout=30)
        self.all = sorted((Probe(*row) for row in json.loads(told)), key=lambda probe: probe.begun)

    @property
    def gap(self) -> float:
        """The longest time without a good answer, in seconds."""
        good = sorted(probe.ended for probe in self.all if probe.status == 200)
        assert len(good) > 100, f"only {len(good)} good answers"
        ends = [*good, max(good[-1], self.all[-1].begun)]
        return max(after - before for before, after in pairwise(ends))

    @property
    def failed(self) -> int:
        return sum(probe.status != 200 for probe in self.all)


async def _ask(address: str, request: bytes) -> int:
    reader, writer = await asyncio.open_connection(address, 80)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n")
        status = int(head.split()[1])
        await reader.read()
        return status
    finally:
        writer.close()


async def _probe(address: str, request: bytes, rows: list[Row]) -> None:
    begun = time.monotonic()
    try:
        status = await asyncio.wait_for(_ask(address, request), PROBE_SECONDS)
    except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
        status = 0
    rows.append((begun, time.monotonic(), status))


async def _probe_until_told(address: str, request: bytes, per_second: float) -> list[Row]:
    rows: list[Row] = []
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    begun = time.monotonic()
    probes: list[asyncio.Task[None]] = []
    while not over.done():
        probes.append(asyncio.create_task(_probe(address, request, rows)))
        await asyncio.sleep(max(0.0, begun + len(probes) / per_second - time.monotonic()))
    await asyncio.gather(*probes)
    return rows


def main() -> None:
    address, path, host, per_second = sys.argv[1:]
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    sys.stdout.write(json.dumps(asyncio.run(_probe_until_told(address, request, float(per_second)))))


if __name__ == "__main__":
    main()
