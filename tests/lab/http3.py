"""Asks a site by HTTP/3, from within a lab's network, all in one connection; `AUTHORITY` is the PEM file that knows it.

python -m tests.lab.http3 ask ADDRESS HOST AUTHORITY PATH TIMES    prints [[status, {header: value}], ...]
python -m tests.lab.http3 return ADDRESS HOST AUTHORITY PATH       asks once, prints the status; after a line of
    input asks again, and prints whether it is told that the other side knows nothing of the connection
"""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol, QuicStreamHandler
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import NetworkAddress, QuicConnection
from aioquic.quic.events import QuicEvent

PORT = 443
ANSWERED_SECONDS = 10.0
TOKEN = 16
"""Bytes: by which whoever has lost a connection shows that it was his (RFC 9000, 10.3)."""

Headers = dict[str, str]


class Asking(QuicConnectionProtocol):
    """One connection: an answer is the headers of a stream, the body is let pass."""

    def __init__(self, quic: QuicConnection, stream_handler: QuicStreamHandler | None = None) -> None:
        super().__init__(quic, stream_handler)
        self.http = H3Connection(quic)
        self.answers: dict[int, asyncio.Future[Headers]] = {}
        self.gone = asyncio.Event()

    def datagram_received(self, data: bytes | str, addr: NetworkAddress) -> None:
        """The last bytes are the token that came with the connection's number, or the datagram is like any other."""
        known = (self._quic._peer_cid, *self._quic._peer_cid_available)
        if data[-TOKEN:] in {number.stateless_reset_token for number in known}:
            self.gone.set()
        super().datagram_received(data, addr)

    def quic_event_received(self, event: QuicEvent) -> None:
        """Whatever comes in goes through HTTP/3's own reader."""
        for told in self.http.handle_event(event):
            if isinstance(told, HeadersReceived) and not self.answers[told.stream_id].done():
                found = {name.decode(): value.decode() for name, value in told.headers}
                self.answers[told.stream_id].set_result(found)

    async def get(self, host: str, path: str) -> Headers:
        """The headers of the answer, among them `:status`."""
        stream = self._quic.get_next_available_stream_id()
        self.answers[stream] = asyncio.get_running_loop().create_future()
        asked = {":method": "GET", ":scheme": "https", ":authority": host, ":path": path}
        words = [(name.encode(), value.encode()) for name, value in asked.items()]
        self.http.send_headers(stream, words, end_stream=True)
        self.transmit()
        return await asyncio.wait_for(self.answers[stream], ANSWERED_SECONDS)


@asynccontextmanager
async def connected(address: str, host: str, authority: str) -> AsyncIterator[Asking]:
    settings = QuicConfiguration(alpn_protocols=H3_ALPN, server_name=host, verify_mode=ssl.CERT_REQUIRED)
    settings.load_verify_locations(authority)
    async with connect(address, PORT, configuration=settings, create_protocol=Asking) as asking:
        assert isinstance(asking, Asking)
        yield asking


async def ask(address: str, host: str, authority: str, path: str, times: str) -> None:
    async with connected(address, host, authority) as asking:
        answers = [await asking.get(host, path) for _ in range(int(times))]
    sys.stdout.write(json.dumps([(int(answer.pop(":status")), answer) for answer in answers]))


async def come_again(address: str, host: str, authority: str, path: str) -> None:
    async with connected(address, host, authority) as asking:
        sys.stdout.write((await asking.get(host, path))[":status"] + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        again = asyncio.ensure_future(asking.get(host, path))
        await asyncio.wait((again, asyncio.ensure_future(asking.gone.wait())), return_when=asyncio.FIRST_COMPLETED)
        sys.stdout.write(json.dumps(asking.gone.is_set()))
        again.cancel()


if __name__ == "__main__":
    _, verb, *words = sys.argv
    asyncio.run(ask(*words) if verb == "ask" else come_again(*words))
