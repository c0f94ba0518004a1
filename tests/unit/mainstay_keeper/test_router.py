"""The router of a machine is told who takes writes, once for each change; one that is away is no trouble."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay_keeper.router import Router
from mainstay_keeper.view import rightful
from tests.unit.mainstay_keeper.builders import leads, member, primary, replica, seen, sync

WORD = "set server primary/n1 health down;set server primary/n2 health up\n"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Where a router listens, and what it was told."""
    words: list[str] = []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "sock"))
        door.listen()

        def listen() -> None:
            line, _ = door.accept()
            with line:
                words.append(line.recv(1024).decode())
                line.sendall(b"\n")

        thread = threading.Thread(target=listen)
        thread.start()
        yield str(tmp_path / "sock"), words
        thread.join()


def test_a_change_is_told_once(told: tuple[str, list[str]]) -> None:
    where, words = told
    router = Router(where, ("n1", "n2"))
    for name in ("n2", "n2", "", "n2"):
        router.point(name)
    end = time.monotonic() + 5
    while not words and time.monotonic() < end:  # it is told beside the cycle
        time.sleep(0.01)
    assert words == [WORD]


def test_a_router_that_is_away_is_no_trouble(tmp_path: Path) -> None:
    Router(str(tmp_path / "nothing"), ("n1", "n2")).point("n1")
    Router("", ("n1", "n2")).point("n1")


def test_only_a_leader_whom_the_record_names_may_take_writes() -> None:
    n2 = seen(replica("n2"), member("n1"), me="n2", leader=leads("n1"), sync=sync())
    assert rightful(n2) == "n1"
    for other in (
        seen(replica("n2"), member("n1"), me="n2", leader=leads("n1"), sync=sync("n2")),
        seen(replica("n2"), member("n1"), me="n2", sync=sync()),
        seen(primary("n1"), leader=leads("n1"), sync=sync(), is_store_heard=False),
    ):
        assert rightful(other) == ""
