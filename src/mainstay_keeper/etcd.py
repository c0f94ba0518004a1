"""The store as etcd keeps it: its JSON gateway (`/v3/…`), over TLS with a client's certificate."""

import http.client
import json
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from mainstay_keeper.store import (
    Change,
    Compare,
    Delete,
    Entry,
    Event,
    Outcome,
    OutcomeUnknownError,
    Put,
    SessionLapsedError,
    StoreError,
    StoreUnreachableError,
)

Json = Mapping[str, Any]
TARGETS: Final = {"modified": ("MOD", "mod_revision"), "session": ("LEASE", "lease")}
NOT_FOUND = 5
"""gRPC's status code with which etcd says that a lease is no more."""


@dataclass(frozen=True)
class Patience:
    """Seconds: for one endpoint to answer, for all that are tried in one call, and for a silent watch."""

    endpoint: float
    call: float
    watch: float = 3.0


class Etcd:
    """Speaks to one endpoint as long as it answers, then to the next. For one thread; `watch` for another."""

    def __init__(self, endpoints: Sequence[str], context: ssl.SSLContext | None, patience: Patience) -> None:
        self._endpoints = list(endpoints)
        self._context = context
        self._patience = patience
        self._line: http.client.HTTPConnection | None = None

    def transact(
        self, compares: Sequence[Compare], changes: Sequence[Change], prefix: str, is_repeatable: bool = False
    ) -> Outcome:
        """Changes and reading are one transaction: the store's contract."""
        reading = {"request_range": _range(prefix, is_prefix=True)}
        order = {
            "compare": [_compare(c) for c in compares],
            "success": [*(_change(c) for c in changes), reading],
            "failure": [reading],
        }
        said = self._call("/v3/kv/txn", order, is_repeatable or not changes)
        found = said["responses"][-1]["response_range"]
        return Outcome(
            bool(said.get("succeeded")),
            int(said["header"]["revision"]),
            {_text(kv["key"]): _entry(kv) for kv in found.get("kvs", ())},
        )

    def grant(self, seconds: float) -> int:
        """A lease; one that nobody heard of lapses by itself, so asking twice does no harm."""
        return int(self._call("/v3/lease/grant", {"TTL": str(round(seconds)), "ID": "0"}, True)["ID"])

    def keep_alive(self, session: int) -> float:
        """The lease's full time again; etcd answers without a time if it has lapsed."""
        said = self._call("/v3/lease/keepalive", {"ID": str(session)}, True)
        return float(said["result"].get("TTL", 0))

    def maintain(self, question: str, order: Json) -> Json:
        """Ask the endpoint that is asked first about the store's own affairs."""
        return self._call(f"/v3/{question}", order, False)

    def watch(self, prefix: str) -> Iterator[Event]:
        """Every keeper publishes once a second: a silence of several is a connection that died."""
        order = {"create_request": _range(prefix, is_prefix=True)}
        for endpoint in self._endpoints:
            try:
                with closing(self._connect(endpoint, self._patience.watch)) as line:
                    line.request("POST", "/v3/watch", json.dumps(order))
                    yield from _events(line.getresponse())
            except (OSError, http.client.HTTPException, ValueError):
                continue

    def _call(self, path: str, order: Json, is_repeatable: bool) -> Json:
        """Try endpoint after endpoint until one answers or the time is up; what answered last is asked first."""
        end = time.monotonic() + self._patience.call
        why = "no endpoint"
        for _ in range(len(self._endpoints)):
            left = end - time.monotonic()
            if left <= 0:
                break
            try:
                return self._ask(path, order, min(left, self._patience.endpoint), is_repeatable)
            except StoreUnreachableError as error:
                why = str(error)
                self._endpoints.append(self._endpoints.pop(0))
        raise StoreUnreachableError(why)

    def _ask(self, path: str, order: Json, seconds: float, is_repeatable: bool) -> Json:
        """One question to the first endpoint.

        Raises:
            StoreUnreachableError: it may be asked of another.
            OutcomeUnknownError: it may not, as it may have been done.
        """
        endpoint = self._endpoints[0]
        try:
            line = self._held(endpoint, seconds)
        except OSError as error:
            self.hang_up()
            raise StoreUnreachableError(f"{endpoint}: {error}") from error
        try:
            line.request("POST", path, json.dumps(order))
            answer = line.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.hang_up()
            kind = StoreUnreachableError if is_repeatable else OutcomeUnknownError
            raise kind(f"{endpoint}: {str(error) or type(error).__name__}") from error
        if answer.status != 200 or "error" in said:
            raise _refusal(f"{endpoint}: {said}", said, is_repeatable)
        result: Json = said
        return result

    def _held(self, endpoint: str, seconds: float) -> http.client.HTTPConnection:
        """A connection; one that the last answer closed, as those of an etcd that is about to stop do, is made anew."""
        if self._line is None or self._line.sock is None:
            self._line = self._connect(endpoint, seconds)
            self._line.connect()
        self._line.sock.settimeout(seconds)
        return self._line

    def hang_up(self) -> None:
        """The next question makes a connection of its own."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _connect(self, endpoint: str, seconds: float) -> http.client.HTTPConnection:
        where = urlsplit(endpoint)
        host = where.hostname or ""
        if where.scheme == "https":
            return http.client.HTTPSConnection(host, where.port, timeout=seconds, context=self._context)
        return http.client.HTTPConnection(host, where.port, timeout=seconds)


def context_of(authority: str, certificate: str, key: str) -> ssl.SSLContext:
    """TLS in which both sides show a certificate of the site's own authority."""
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    return context


def _refusal(text: str, said: Json, is_repeatable: bool) -> StoreError:
    """What an error that etcd names means; of those that it does not explain nobody knows what was done."""
    if said.get("code") == NOT_FOUND:
        return SessionLapsedError(text)
    return StoreUnreachableError(text) if is_repeatable else OutcomeUnknownError(text)


def _events(answer: http.client.HTTPResponse) -> Iterator[Event]:
    """Until the stream ends; an etcd that is about to stop ends it with an error in place of a result."""
    read: Callable[[], bytes] = answer.readline
    for line in iter(read, b""):
        for event in json.loads(line).get("result", {}).get("events", ()):
            kv = event["kv"]
            is_gone = event.get("type") == "DELETE"
            yield Event(_text(kv["key"]), None if is_gone else _text(kv.get("value", "")))


def _range(key: str, is_prefix: bool) -> Json:
    """A key, or all that begin with it: up to the first that no longer does."""
    if not is_prefix:
        return {"key": _bytes(key)}
    return {"key": _bytes(key), "range_end": _bytes(key[:-1] + chr(ord(key[-1]) + 1))}


def _compare(compare: Compare) -> Json:
    target, field = TARGETS[compare.what]
    return {"key": _bytes(compare.key), "target": target, "result": "EQUAL", field: str(compare.wanted)}


def _change(change: Change) -> Json:
    match change:
        case Put():
            put = {"key": _bytes(change.key), "value": _bytes(change.value), "lease": str(change.session)}
            return {"request_put": put}
        case Delete():
            return {"request_delete_range": _range(change.key, change.is_prefix)}


def _entry(kv: Json) -> Entry:
    return Entry(_text(kv.get("value", "")), int(kv["mod_revision"]), int(kv.get("lease", 0)))


def _bytes(text: str) -> str:
    return b64encode(text.encode()).decode()


def _text(encoded: str) -> str:
    return b64decode(encoded).decode()
