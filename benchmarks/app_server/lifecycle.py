"""What a server's visitors notice when it is stopped, reloaded, restarted or killed."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from candidates import Candidate
from servers import Server, start, start_activated
from visitors import Seen, Visitors

CALM_SECONDS = 1.0  # of load before anything happens
VISITORS = 12  # four more than are served at a time, so that some wait
SETTLE_SECONDS = 2  # a worker reports to its master for the first time after it has started
FREEZE_SECONDS = 20  # every server that looks after its workers does so within ten
Facts = dict[str, object]


def stop(candidate: Candidate, path: str) -> Facts:
    """Send SIGTERM under load. What was sent before the signal must be answered."""
    server = _started(candidate, path)
    visitors = Visitors(path, "/slow", CALM_SECONDS + 1.5, VISITORS)
    time.sleep(CALM_SECONDS)
    signalled_at = time.monotonic()
    seconds = _terminate(server)
    seen = visitors.seen()
    in_flight = [at for at, _ in seen.broken if at < signalled_at]
    server.end()
    return {
        "stopped_in_seconds": seconds,
        "exit_status": server.process.returncode,
        "dropped_in_flight": len(in_flight),
        "dropped_sent_after": len(seen.broken) - len(in_flight),
        "not_2xx": seen.bad,
        "removes_its_socket": not Path(path).exists(),
    }


def reload(candidate: Candidate, path: str, is_fresh: bool) -> Facts:
    """Send SIGHUP under load. Both workers must be replaced and nothing lost."""
    server = _started(candidate, path)
    before = server.workers()
    visitors = Visitors(path, "/slow", CALM_SECONDS + 9, VISITORS, is_fresh)
    time.sleep(CALM_SECONDS)
    server.signal(signal.SIGHUP)
    seen = visitors.seen()
    kept = before & server.workers()
    server.end()
    return _losses(seen) | {"processes_kept": f"{len(kept)} of {len(before)}"}


def restart(candidate: Candidate, path: str, is_fresh: bool) -> Facts:
    """Stop it under load and start it again on a socket that somebody else holds open, as systemd does."""
    if candidate.on_descriptor is None:
        return {"cannot": "it does not take over an open socket"}
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1024)
        first = start_activated(candidate, path, listener)
        first.wait_until_ready()
        visitors = Visitors(path, "/slow", CALM_SECONDS + 4, VISITORS, is_fresh)
        time.sleep(CALM_SECONDS)
        _terminate(first)
        first.end()
        second = start_activated(candidate, path, listener)
        seen = visitors.seen()
        second.end()
    return _losses(seen) | {"slowest_seconds": round(seen.slowest_seconds, 2)}


def hurt(candidate: Candidate, path: str) -> Facts:
    """Kill a worker, freeze another, kill the whole server, and look whether each comes back."""
    server = _started(candidate, path)
    facts: Facts = {
        "killed_worker_is_replaced": _replaces_worker(server, signal.SIGKILL, within=5),
        "frozen_worker_is_replaced": _replaces_worker(server, signal.SIGSTOP, within=FREEZE_SECONDS),
    }
    server.end()
    again = start(candidate, path)
    try:
        again.wait_until_ready()
        starts_again = True
    except TimeoutError:
        starts_again = False
    again.end()
    return facts | {"starts_over_the_socket_of_the_dead": starts_again}


def time_to_ready(candidate: Candidate, path: str) -> float:
    """Seconds from the start of the process to the first 200."""
    started = time.monotonic()
    server = _started(candidate, path)
    seconds = time.monotonic() - started
    server.end()
    return round(seconds, 2)


def _started(candidate: Candidate, path: str) -> Server:
    Path(path).unlink(missing_ok=True)
    server = start(candidate, path)
    server.wait_until_ready()
    return server


def _terminate(server: Server) -> float:
    started = time.monotonic()
    server.signal(signal.SIGTERM)
    server.process.wait(timeout=30)
    return round(time.monotonic() - started, 2)


def _losses(seen: Seen) -> Facts:
    on_used = sum(was_used for _, was_used in seen.broken)
    return {
        "answered": seen.good,
        "dropped_on_a_used_connection": on_used,
        "dropped_on_a_new_connection": len(seen.broken) - on_used,
        "refused": seen.refused,
        "not_2xx": seen.bad,
    }


def _replaces_worker(server: Server, number: signal.Signals, within: float) -> bool:
    time.sleep(SETTLE_SECONDS)
    before = server.workers()
    victim = max(before)
    os.kill(victim, number)
    return _within(within, lambda: len(server.workers()) == len(before) and victim not in server.workers())


def _within(seconds: float, is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
