"""`mainstay-keeper run`, `mainstay-keeper guard`, and `mainstay-keeper order NAME [KEY=VALUE...]`."""

import json
import socket
import sys

from mainstay_keeper.control import SOCKET, ordered
from mainstay_keeper.service import run_guard, run_keeper, say
from mainstay_keeper.settings import read

ORDER_SECONDS = 70.0


def main(arguments: list[str]) -> int:
    """Run the part that the first argument names; gives the exit status."""
    match arguments:
        case ["run"]:
            run_keeper(read())
        case ["guard"]:
            run_guard()
        case ["order", name, *words]:
            return _order(name, words)
        case _:
            say(str(__doc__))
            return 2
    return 0


def _order(name: str, words: list[str]) -> int:
    """Give the keeper of this machine an order, and print its answer (JSON)."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ORDER_SECONDS)
        line.connect(str(SOCKET))
        line.sendall(ordered({**dict(word.split("=", 1) for word in words), "order": name}).encode())
        answer = line.makefile().readline()
    say(answer.strip())
    return 0 if json.loads(answer)["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
