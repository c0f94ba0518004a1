"""The lab's door: listens on this computer's 127.0.0.1, connects inside the lab's network.

python -m mainstay.grounds.lab.forwarder NAMESPACE LISTEN_PORT ADDRESS:PORT
"""

import asyncio
import ctypes
import os
import socket
import sys
from pathlib import Path

CLONE_NEWNET = 0x40000000
CHUNK = 65536
LOOPBACK = "127.0.0.1"


def enter(namespace: Path) -> None:
    """Move this process into a network namespace; sockets that it has open stay where they were made.

    Raises:
        OSError: the namespace is not there, or this is not root.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with namespace.open("rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


async def serve(listening: socket.socket, address: str, port: int) -> None:
    """Carry every connection to address:port, both ways, until this process ends."""

    async def carry(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection(address, port)
        except OSError:
            near_out.transport.abort()  # a reset, as if nobody listened there
            return
        await asyncio.gather(_pump(near_in, far_out), _pump(far_in, near_out))

    server = await asyncio.start_server(carry, sock=listening)
    await server.serve_forever()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry one direction; its end is passed on by closing that direction only."""
    try:
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
    except OSError:
        sink.transport.abort()


def main() -> None:
    """Listen out here, then go inside."""
    namespace, listen_port, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    address, _, port = target.rpartition(":")
    listening = socket.create_server((LOOPBACK, listen_port), backlog=1024)
    enter(Path(namespace))
    asyncio.run(serve(listening, address, int(port)))


if __name__ == "__main__":
    main()
