"""One HTTP request on a connection of its own, and how it ended."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mainstay.drills.attempt import FAILED, OK, UNKNOWN

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 5.0


@dataclass(frozen=True)
class Door:
    """Where the site is: an address, a port, and the name by which it is asked.

    trusts: the authority's file whose certificate it must have; "" stands for those that this computer trusts, None for
    a site that is served in the clear.
    """

    address: str
    port: int
    host: str
    trusts: str | None = None

    def secured(self) -> dict[str, Any]:
        """How asyncio is to open a connection to it."""
        return {} if self.trusts is None else {"ssl": _context(self.trusts), "server_hostname": self.host}


@dataclass(frozen=True)
class Reply:
    """The status (0 without an answer, and then `trouble` says why), the body, and what that makes of the request."""

    outcome: str
    status: int = 0
    body: bytes = b""
    trouble: str = ""

    @property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; {} if it is none."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}


@cache
def _context(trusts: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=trusts or None)


async def exchange(door: Door, method: str, path: str, document: Mapping[str, str] | None = None) -> Reply:
    """Ask once. Until the connection stands nothing was sent: what breaks before is FAILED, after that UNKNOWN."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(door.address, door.port, **door.secured())
    except (OSError, TimeoutError) as error:
        return Reply(FAILED, trouble=f"no connection: {type(error).__name__}")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(_request(door, method, path, document))
            return _reply(await reader.read())
    except TimeoutError:
        return Reply(UNKNOWN, trouble=f"no answer within {ANSWER_SECONDS:g} s")
    except OSError as error:
        return Reply(UNKNOWN, trouble=f"the connection broke: {type(error).__name__}")
    finally:
        writer.transport.abort()


def _request(door: Door, method: str, path: str, document: Mapping[str, str] | None) -> bytes:
    body = b"" if document is None else json.dumps(document).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {door.host}", "Connection: close", "Accept: application/json"]
    if document is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


def _reply(said: bytes) -> Reply:
    """Read an answer to its end; one that breaks off before its length is none."""
    head, parting, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split()
    if not parting or len(words) < 2 or not words[1].isdigit():
        return Reply(UNKNOWN, trouble="the connection ended without an answer")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if len(body) < int(headers.get("content-length", "0")):
        return Reply(UNKNOWN, trouble="the answer broke off")
    if headers.get("transfer-encoding") == "chunked":
        if not body.endswith(b"0\r\n\r\n"):
            return Reply(UNKNOWN, trouble="the answer broke off")
        body = _joined(body)
    status = int(words[1])
    return Reply(OK if status < 400 else FAILED, status, body)


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        body += rest[:length]
        chunks = rest[length + 2 :] if length else b""
    return body
