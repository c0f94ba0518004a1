"""Visitors: single requests, and a steady load that keeps the outcome of every request."""

import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

LOOPBACK = "127.0.0.1"
VISITORS = 64
LONGEST_LOAD_SECONDS = 180.0


@dataclass(frozen=True)
class Answer:
    """What a request was answered with: the status (0 if there was no answer, and then `trouble`), headers, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: str = ""

    @property
    def server(self) -> str:
        """The server whose application answered; "" if none did."""
        return self.headers.get("x-served-by", "")

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        assert self.body, f"no body: {self}"
        return json.loads(self.body)


@dataclass(frozen=True)
class Visit:
    """One request of a load: when it began and ended (time.monotonic seconds), and its answer."""

    begun: float
    ended: float
    answer: Answer

    @property
    def is_failed(self) -> bool:
        return not 200 <= self.answer.status < 400

    def told_since(self, moment: float) -> str:
        """The visit as a line, its time counted from a moment."""
        seen = self.answer.trouble or self.answer.status
        return f"{self.begun - moment:+.2f} s, took {self.ended - self.begun:.2f} s: {seen} {self.answer.server}"


def visit(
    port: int,
    path: str,
    *,
    method: str = "GET",
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10.0,
    trusts: Path | None = None,
) -> Answer:
    """One request on a connection of its own; `form` is sent as JSON. By TLS where there is an authority to trust."""
    body = None if form is None else json.dumps(form)
    given = {"Connection": "close", **({} if form is None else {"Content-Type": "application/json"}), **(headers or {})}
    connection = (
        http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
        if trusts is None
        else http.client.HTTPSConnection(
            LOOPBACK, port, timeout=seconds, context=_context(trusts, trusts.stat().st_mtime_ns)
        )
    )
    try:
        connection.request(method, path, body, given)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, response.read())
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, trouble=f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def _trusting(authority: Path) -> ssl.SSLContext:
    return _context(authority, authority.stat().st_mtime_ns)


@cache
def _context(trusts: Path, changed: int) -> ssl.SSLContext:
    """Read once for each change of the file."""
    return ssl.create_default_context(cafile=trusts)


class Load:
    """Requests at a steady rate while a `with` block lasts, each at its time whether or not earlier ones are answered.

    Afterwards `visits` holds every one. The number of visitors is bounded; so is the time.
    """

    def __init__(self, send: Callable[[], Answer], per_second: float) -> None:
        self.visits: list[Visit] = []
        self._send = send
        self._pause = 1 / per_second
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=VISITORS)
        self._clock = threading.Thread(target=self._keep_time)
        self._sent: list[Future[Visit]] = []

    def __enter__(self) -> "Load":
        self._clock.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        self._clock.join()
        self._pool.shutdown()
        self.visits = sorted((sent.result() for sent in self._sent), key=lambda visit: visit.begun)

    def failures(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.is_failed]

    def servers(self, after: float = 0.0) -> Counter[str]:
        """How many requests that began after a moment each server answered."""
        return Counter(visit.answer.server for visit in self.visits if visit.begun > after)

    def _keep_time(self) -> None:
        begun = time.monotonic()
        while not self._is_over.is_set() and time.monotonic() - begun < LONGEST_LOAD_SECONDS:
            self._sent.append(self._pool.submit(self._visit))
            due = begun + len(self._sent) * self._pause
            self._is_over.wait(max(0.0, due - time.monotonic()))

    def _visit(self) -> Visit:
        begun = time.monotonic()
        answer = self._send()
        return Visit(begun, time.monotonic(), answer)


def no_request_failed(load: Load, at_least: int) -> None:
    """Nor were there suspiciously few."""
    begun = load.visits[0].begun if load.visits else 0.0
    failed = "\n".join(visit.told_since(begun) for visit in load.failures())
    assert not failed, f"of {len(load.visits)} requests these failed, times counted from the first:\n{failed}"
    assert len(load.visits) >= at_least, f"only {len(load.visits)} requests were sent"


def turns(servers: Sequence[str]) -> bool:
    """Whether servers take strict turns: each round of requests in the order of the first."""
    each = len(set(servers))
    return all(server == servers[number % each] for number, server in enumerate(servers))
