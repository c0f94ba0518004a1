"""Debian's etcd keeps the contract of every store; one process on loopback for the file."""

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mainstay_keeper.etcd import Etcd, Patience
from mainstay_keeper.store import (
    Delete,
    Event,
    OutcomeUnknownError,
    Put,
    SessionLapsedError,
    Store,
    StoreError,
    StoreUnreachableError,
)
from tests.store_contract import ROOT, StoreContract

ETCD = shutil.which("etcd", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
PATIENCE = Patience(endpoint=5.0, call=10.0, watch=5.0)
STARTED_WITHIN = 20.0

needs_etcd = pytest.mark.skipif(ETCD is None, reason="no etcd; `scripts/setup --dev` unpacks Debian's")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    words = {
        "data-dir": str(tmp_path_factory.mktemp("etcd")),
        "listen-client-urls": client, "advertise-client-urls": client,
        "listen-peer-urls": peer, "initial-advertise-peer-urls": peer, "initial-cluster": f"default={peer}",
        "log-level": "error",
    }  # fmt: skip
    process = subprocess.Popen([str(ETCD), *(f"--{word}={value}" for word, value in words.items())])
    try:
        answers(client)
        yield client
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def speaking_to(endpoints: list[str], patience: Patience = PATIENCE) -> Iterator[Etcd]:
    etcd = Etcd(endpoints, None, patience)
    try:
        yield etcd
    finally:
        etcd.hang_up()


def answers(endpoint: str) -> None:
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        with speaking_to([endpoint]) as etcd, contextlib.suppress(StoreError):
            etcd.transact((), (), ROOT)
            return
        time.sleep(0.1)
    raise AssertionError("etcd did not start")


@needs_etcd
class TestEtcd(StoreContract):
    @pytest.fixture
    def store(self, endpoint: str) -> Iterator[Etcd]:
        with speaking_to([endpoint]) as etcd:
            etcd.transact((), (Delete(ROOT, is_prefix=True),), ROOT)
            yield etcd

    def test_a_session_that_is_not_kept_alive_lapses_with_its_keys(self, store: Store) -> None:
        session = store.grant(1)  # etcd makes it two: the least it grants
        store.transact((), (Put(f"{ROOT}mine", "", session),), ROOT)
        end = time.monotonic() + 15
        while store.transact((), (), ROOT).entries and time.monotonic() < end:
            time.sleep(0.2)
        assert not store.keep_alive(session)
        with pytest.raises(SessionLapsedError):
            store.transact((), (Put(f"{ROOT}mine", "", session),), ROOT)

    def test_tells_what_changes(self, store: Etcd, endpoint: str) -> None:
        seen: list[Event] = []
        with speaking_to([endpoint]) as other, contextlib.closing(changing(other, store.watch(ROOT))) as events:
            for event in events:
                seen.append(event)
                if event.value is None and len(seen) > 1:
                    break
        assert seen[-2:] == [Event(f"{ROOT}a", "one"), Event(f"{ROOT}a", None)]

    def test_goes_on_to_the_next_endpoint_and_stays_there(self, endpoint: str) -> None:
        dead = f"http://127.0.0.1:{free_port()}"
        with speaking_to([dead, endpoint]) as etcd:
            assert etcd.grant(5)
            assert etcd._endpoints == [endpoint, dead]


def changing(store: Etcd, events: Iterator[Event]) -> Generator[Event, None, None]:
    """What is seen while a key is put and taken away, again and again: a watch begins a while after it is asked for."""
    is_over = threading.Event()

    def change() -> None:
        while not is_over.is_set():
            store.transact((), (Put(f"{ROOT}a", "one"),), ROOT)
            store.transact((), (Delete(f"{ROOT}a"),), ROOT)
            time.sleep(0.1)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield from events
    finally:
        is_over.set()
        thread.join()


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_change_without_an_answer_may_have_been_made(silent: str) -> None:
    etcd = Etcd([silent], None, Patience(endpoint=0.1, call=0.3))
    with pytest.raises(OutcomeUnknownError):
        etcd.transact((), (Put("a", ""),), "a")


def test_what_does_no_harm_twice_is_only_unreachable(silent: str) -> None:
    etcd = Etcd([silent], None, Patience(endpoint=0.1, call=0.3))
    with pytest.raises(StoreUnreachableError):
        etcd.transact((), (Put("a", ""),), "a", is_repeatable=True)
    with pytest.raises(StoreUnreachableError):
        etcd.keep_alive(1)


class EndsStreams(BaseHTTPRequestHandler):
    """An etcd that is about to stop: streams are answered with an error, and the status of success."""

    def do_POST(self) -> None:
        answer = b'{"error": {"grpc_code": 14, "message": "connection refused"}}\n'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """To nobody."""


@contextlib.contextmanager
def served_by(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_an_etcd_that_is_about_to_stop_ends_a_watch_and_is_not_heard() -> None:
    with (
        served_by(EndsStreams) as stopping,
        speaking_to([stopping], Patience(endpoint=0.5, call=1.0, watch=0.5)) as etcd,
    ):
        assert list(etcd.watch("a")) == []
        with pytest.raises(StoreUnreachableError):
            etcd.keep_alive(1)


class ClosesConnections(BaseHTTPRequestHandler):
    """An etcd that is about to stop: it still answers well, and closes the connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        answer = b'{"ID": "7"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """To nobody."""


def test_a_connection_that_the_last_answer_closed_is_made_anew() -> None:
    with served_by(ClosesConnections) as endpoint, speaking_to([endpoint]) as etcd:
        assert [etcd.grant(5), etcd.grant(5)] == [7, 7]


def test_all_endpoints_together_take_no_longer_than_one_call_may(silent: str) -> None:
    etcd = Etcd([silent] * 20, None, Patience(endpoint=0.1, call=0.3))
    begun = time.monotonic()
    with pytest.raises(StoreUnreachableError):
        etcd.grant(5)
    assert time.monotonic() - begun < 0.6
