"""`mainstay-keeper run`, `mainstay-keeper guard`, and `mainstay-keeper order NAME [KEY=VALUE...]`."""

import sys

from mainstay_keeper.asking import give
from mainstay_keeper.service import run_guard, run_keeper, say
from mainstay_keeper.settings import read


def main(arguments: list[str]) -> int:
    """Run the part that the first argument names; gives the exit status."""
    match arguments:
        case ["run"]:
            run_keeper(read())
        case ["guard"]:
            run_guard()
        case ["order", _, *_]:
            return give(arguments[1:])
        case _:
            say(str(__doc__))
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
