"""Reads back, through the site, every entry that a load wrote or may have written.

python -m mainstay.drills.readback ORDER, where ORDER is JSON; prints a JSON list of [number, message].
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mainstay.drills.exchange import Door, Reply, exchange
from mainstay.drills.ledger import Ledger, read_ledger
from mainstay.drills.visitors import AUTHOR, ENTRIES, Order
from mainstay.grounds.lab.forwarder import enter

AT_ONCE = 8
PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.25
SENTINEL = "read back up to here"
GONE = 404
BEYOND_THE_LAST = 100
"""Numbers looked at beyond the last that is known, where the site would not give one more."""

Ask = Callable[[str, str, Mapping[str, str] | None], Awaitable[Reply]]
"""Method, path, document -> the site's reply."""


@dataclass(frozen=True)
class UnreadableError(Exception):
    """The site would not answer for an entry: whether it is there cannot be said."""

    path: str
    last: Reply

    def __str__(self) -> str:
        return f"{self.path} could not be read back: {self.last.trouble or self.last.status}"


async def read_back(ask: Ask, ledger: Ledger, poll_seconds: float = POLL_SECONDS) -> list[tuple[int, str]]:
    """Number and message of every entry from the first acknowledged to one that is written now.

    An acknowledged entry that is not found is asked for again for a while: replicas may be a moment behind.

    Raises:
        UnreadableError: an entry's page answers neither that it is there nor that it is not.
    """
    known = {number for number in ledger.acknowledged.values() if number is not None}
    if not known:
        return []
    last = (await ask("POST", ENTRIES, {"author": AUTHOR, "message": SENTINEL})).document.get("id")
    end = last if isinstance(last, int) else max(known) + BEYOND_THE_LAST
    turns = asyncio.Semaphore(AT_ONCE)

    async def read_one(number: int) -> tuple[int, str] | None:
        async with turns:
            message = await _message(ask, number, number in known, poll_seconds)
        return None if message is None else (number, message)

    found = await asyncio.gather(*(read_one(number) for number in range(min(known), end + 1)))
    return [entry for entry in found if entry is not None]


async def _message(ask: Ask, number: int, is_expected: bool, poll_seconds: float) -> str | None:
    path, tries = f"{ENTRIES}/{number}", max(1, int(PATIENCE_SECONDS / POLL_SECONDS))
    reply = await ask("GET", path, None)
    for _ in range(tries):
        if reply.status == 200 or (reply.status == GONE and not is_expected):
            break
        await asyncio.sleep(poll_seconds)
        reply = await ask("GET", path, None)
    if reply.status == GONE:
        return None
    if reply.status != 200:
        raise UnreadableError(path, reply)
    return str(reply.document.get("message", ""))


def of_this_load(entries: Iterable[tuple[int, str]], tag: str) -> list[str]:
    """The messages of one load, as often as each is there; other visitors write, too."""
    return [message for _, message in entries if message.startswith(f"{tag} ")]


def asking(door: Door) -> Ask:
    """Questions to a site that is there."""

    async def ask(method: str, path: str, document: Mapping[str, str] | None) -> Reply:
        return await exchange(door, method, path, document)

    return ask


def main() -> None:
    """Go inside, then read."""
    order = Order.from_json(json.loads(sys.argv[1]))
    if order.namespace:
        enter(Path(order.namespace))
    with order.ledger.open() as lines:
        ledger = read_ledger(lines)
    try:
        entries = asyncio.run(read_back(asking(order.doors[0]), ledger))
    except UnreadableError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(of_this_load(entries, order.tag)))


if __name__ == "__main__":
    main()
