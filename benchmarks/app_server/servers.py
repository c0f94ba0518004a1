"""A server under test: started on one core, watched through /proc, ended by its process group."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from candidates import Candidate

HERE = Path(__file__).parent
GUESTBOOK = HERE.parents[1] / "examples" / "guestbook" / "app"
SERVER_CORE = 0
READY_WITHIN = 30
# Sets what systemd sets for a service that is activated by its socket, then becomes the server.
ACTIVATE = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 </dev/null'


@dataclass(frozen=True)
class Server:
    """A running server."""

    candidate: Candidate
    socket: str
    process: subprocess.Popen[bytes]

    def is_ready(self) -> bool:
        """Whether it answers the health check with 200."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(self.socket)
                client.sendall(b"GET /up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return client.recv(64).startswith(b"HTTP/1.1 200")
            except OSError:
                return False

    def wait_until_ready(self) -> None:
        """Poll until it is ready; raise TimeoutError with what stands in its log."""
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise TimeoutError(f"{self.candidate} is not ready; its log is {self.socket}.log")
            time.sleep(0.005)

    def cpu_seconds(self) -> float:
        """What the whole process tree has used, with the children that have ended."""
        clock = os.sysconf("SC_CLK_TCK")
        return sum(sum(map(int, fields[11:15])) for fields in self._stats()) / clock

    def memory_mib(self) -> float:
        """The tree's memory, each shared page divided among those who share it."""
        return sum(_proportional_kib(pid) for pid in self._tree(self.process.pid)) / 1024

    def workers(self) -> set[int]:
        """The processes it has started."""
        return set(self._tree(self.process.pid)) - {self.process.pid}

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that systemd would send it to."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Kill what is left of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def _stats(self) -> Iterator[list[str]]:
        for pid in self._tree(self.process.pid):
            try:
                text = Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue
            yield text.rpartition(")")[2].split()

    def _tree(self, pid: int) -> Iterator[int]:
        yield pid
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from self._tree(int(child))


def start(candidate: Candidate, path: str) -> Server:
    """Start a server that opens the unix socket at `path` itself. It is not ready yet."""
    return _start(candidate, path, candidate.on_path(path), descriptor=None)


def start_activated(candidate: Candidate, path: str, listener: socket.socket) -> Server:
    """Start a server on a listening socket that is held open for it, as systemd's socket units do."""
    assert candidate.on_descriptor is not None
    return _start(candidate, path, candidate.on_descriptor, descriptor=listener.fileno())


def _start(candidate: Candidate, path: str, options: str, descriptor: int | None) -> Server:
    command = [f"{Path(sys.executable).parent}/{candidate.command.split()[0]}"]
    command += candidate.command.split()[1:] + options.split()
    if descriptor is not None:
        command = ["sh", "-c", ACTIVATE, "sh", *command]
    with Path(f"{path}.log").open("ab") as log:
        process = subprocess.Popen(
            ["taskset", "--cpu-list", str(SERVER_CORE), *command],
            cwd=HERE,
            env=os.environ | {"PYTHONPATH": f"{HERE}:{GUESTBOOK}", "MAINSTAY_SERVER": "bench"},
            stdin=subprocess.DEVNULL if descriptor is None else descriptor,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Server(candidate, path, process)


def _proportional_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
