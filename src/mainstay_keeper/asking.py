"""`mainstay-keeper order NAME [KEY=VALUE...]`: gives the keeper of this machine an order, and prints its answer.

It knows nothing of the keeper but its socket: it runs twice a second while somebody looks, and is to cost little.
"""

import json
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Any

SOCKET = "/run/mainstay-keeper/control.sock"
ORDER_SECONDS = 70.0


def ordered(words: Mapping[str, Any]) -> str:
    """An order as it goes over the socket."""
    return json.dumps(dict(words)) + "\n"


def give(arguments: Sequence[str], path: str = SOCKET) -> int:
    """Give an order: its name, then its words. Prints the answer (JSON), and gives the exit status."""
    name, *words = arguments
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ORDER_SECONDS)
        line.connect(path)
        line.sendall(ordered({**dict(word.split("=", 1) for word in words), "order": name}).encode())
        answer = line.makefile().readline()
    sys.stdout.write(f"{answer.strip()}\n")
    return 0 if json.loads(answer)["ok"] else 1
