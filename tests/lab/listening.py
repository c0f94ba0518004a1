"""Everything that crosses the links of a lab, heard from its network: what somebody who listens there would know.

Run as a program it writes all packets that its network namespace sees to the standard output, until it is ended.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALL_PROTOCOLS = socket.htons(0x0003)
LONGEST = 1 << 17
ROOM = 1 << 27
RECEIVE_BUFFER_FORCED = 33  # SO_RCVBUFFORCE, see socket(7)
SETTLES_SECONDS = 1.0


def listen() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, ALL_PROTOCOLS) as line:
        line.setsockopt(socket.SOL_SOCKET, RECEIVE_BUFFER_FORCED, ROOM)
        while packet := line.recv(LONGEST):
            sys.stdout.buffer.write(packet)


@contextmanager
def heard(lab: str, file: Path) -> Iterator[None]:
    """Meanwhile all is written to the file."""
    command = ("ip", "netns", "exec", f"mainstay-{lab}", sys.executable, __file__)
    with file.open("wb") as sink, subprocess.Popen(command, stdout=sink) as process:
        time.sleep(SETTLES_SECONDS)
        try:
            yield
            time.sleep(SETTLES_SECONDS)
        finally:
            process.terminate()


if __name__ == "__main__":
    listen()
