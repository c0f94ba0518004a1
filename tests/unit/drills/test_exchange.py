"""One request, and what becomes of it; the other side is a few lines on this computer's loopback."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mainstay.drills.attempt import FAILED, OK, UNKNOWN, Attempt, from_lines, to_line
from mainstay.drills.exchange import Door, Reply, exchange
from mainstay.drills.ledger import Ledger, read_ledger

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answered(said: bytes) -> Reply:
    """What a request comes to when the other side reads it, says this and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.close()

    async def ask() -> Reply:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await exchange(Door("127.0.0.1", port, "shop.test"), "GET", "/up")

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("said", "outcome", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", OK, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", OK, b""),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", FAILED, b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1;x=y\r\n!\r\n0\r\n\r\n", OK, b"ok!"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", UNKNOWN, b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", UNKNOWN, b""),
        (b"", UNKNOWN, b""),
    ],
)
def test_an_answer_counts_when_it_is_whole(said: bytes, outcome: str, body: bytes) -> None:
    reply = answered(said)
    assert (reply.outcome, reply.body) == (outcome, body)


def test_a_refused_connection_has_sent_nothing_and_failed() -> None:
    reply = asyncio.run(exchange(Door("127.0.0.1", 1, "shop.test"), "POST", "/entries", {}))
    assert (reply.outcome, reply.trouble) == (FAILED, "no connection: ConnectionRefusedError")


def test_a_body_that_is_no_object_has_nothing_to_say() -> None:
    assert [Reply(OK, 200, body).document for body in (b'{"id": 7}', b"[7]", b"<html>")] == [{"id": 7}, {}, {}]


def test_attempts_go_to_a_file_and_come_back_in_order() -> None:
    late, early = Attempt("probe", 1.0, 1.0, 9.0, OK, 200), Attempt("write", 2.0, 2.0, 3.0, UNKNOWN, trouble="silence")
    assert from_lines([to_line(late), to_line(early), to_line(early)[:20]]) == (early, late)


def test_a_ledger_comes_back_without_a_line_that_was_cut_off() -> None:
    lines = ['{"attempted": "a"}\n', '{"acknowledged": "a", "id": 7}\n', '{"attempted": "b"}\n', '{"acknowl']
    assert read_ledger(lines) == Ledger(frozenset("ab"), {"a": 7})
