"""One run of the tests at a time has a lab: a second one on this computer, be it of another checkout, waits for it.

The claim is the name of an abstract unix socket, which leaves no file and is gone with the process that holds it.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.waiting import becomes

OTHER_RUN_SECONDS = 600.0


@contextmanager
def claimed(lab: str) -> Iterator[None]:
    """While the block runs, no other run of the tests has this lab; waits for one that does."""
    with socket.socket(socket.AF_UNIX) as claim:
        becomes(f"The lab {lab} free for this run", lambda: _takes(claim, lab), bool, within=OTHER_RUN_SECONDS)
        yield


def is_claimed(lab: str) -> bool:
    """Whether a run of the tests has this lab now."""
    with socket.socket(socket.AF_UNIX) as claim:
        return not _takes(claim, lab)


def _takes(claim: socket.socket, lab: str) -> bool:
    try:
        claim.bind(f"\0mainstay-tests/{lab}")
    except OSError:
        return False
    return True
