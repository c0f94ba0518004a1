"""The load: visitors that come at a steady rate, whether or not earlier ones were answered.

python -m mainstay.drills.visitors ORDER, where ORDER is JSON; ends when its standard input does.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from random import Random
from typing import Any

from mainstay.drills.attempt import FAILED, PROBE, READ, UNKNOWN, WRITE, Attempt, to_line
from mainstay.drills.exchange import ANSWER_SECONDS, Door, Reply, exchange
from mainstay.drills.ledger import LedgerFile
from mainstay.grounds.lab.forwarder import enter

ENTRIES = "/entries"
AUTHOR = "drill"
GATEWAY_STATUSES = (500, 502, 504)
"""An answer to a write that says nothing of whether it was carried out."""

NOT_OFFERED = (404, 405)
"""What an application answers that has no entries: it is only probed."""

STARTED = "started"
Send = Callable[[], Awaitable[tuple[Reply, bool]]]
"""Asks the site once; gives its reply, and whether it was tried a second time."""


@dataclass(frozen=True)
class Order:
    """What the load is to be.

    namespace: the network namespace to come from, "" for this one. doors: where the site is; every one is probed at
    `probe_path`, entries are written and read at the first. rates: requests per second by kind of stream.
    tag: what every message begins with that is written. folder: where the load keeps its notes.
    """

    namespace: str
    doors: tuple[Door, ...]
    probe_path: str
    rates: Mapping[str, float]
    tag: str
    folder: Path

    def to_json(self) -> dict[str, Any]:
        """The order as plain data; `from_json` is its inverse."""
        return {**asdict(self), "folder": str(self.folder)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Order":
        """Build an order from what `to_json` gave."""
        doors = tuple(Door(**door) for door in data["doors"])
        return Order(**{**data, "doors": doors, "folder": Path(data["folder"])})

    @property
    def attempts(self) -> Path:
        """The file of all attempts: one JSON object a line."""
        return self.folder / "attempts.jsonl"

    @property
    def ledger(self) -> Path:
        """The file of what was to be written, and what was acknowledged."""
        return self.folder / "ledger.jsonl"


class Visitors:
    """All visitors of one load; each attempt is a line of `attempts` once it has ended."""

    def __init__(self, order: Order, attempts: TextIOWrapper, ledger: LedgerFile) -> None:
        self._order = order
        self._attempts = attempts
        self._ledger = ledger
        self._first: int | None = None
        self._has_entries = True
        self._door = order.doors[0]

    async def come(self, is_over: asyncio.Event) -> None:
        """Come until it is over, then wait for the last answers."""
        first, *others = self._order.doors
        probes = {PROBE: first, **{f"{PROBE}-{number}": door for number, door in enumerate(others, start=2)}}
        sends: dict[str, Send] = {
            kind: partial(self._get, door, self._order.probe_path) for kind, door in probes.items()
        }
        if self._order.rates.get(WRITE):
            sends |= {READ: self._read, WRITE: self._write}
        await asyncio.gather(*(self._stream(kind, send, is_over) for kind, send in sends.items()))
        self._attempts.flush()

    async def _stream(self, kind: str, send: Send, is_over: asyncio.Event) -> None:
        """One in each slot, at a moment of chance: streams in step with round robin would each meet one server only."""
        rate = self._order.rates[kind.partition("-")[0]]
        begun, chance = time.monotonic(), Random(kind)
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        while not is_over.is_set() and (kind not in (READ, WRITE) or self._has_entries):
            due = begun + (number + chance.random()) / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            visit = asyncio.create_task(self._visit(kind, send, due))
            under_way.add(visit)
            visit.add_done_callback(under_way.discard)
            number += 1
        if under_way:
            await asyncio.wait(under_way, timeout=3 * ANSWER_SECONDS)

    async def _visit(self, kind: str, send: Send, due: float) -> None:
        begun = time.monotonic()
        reply, is_retried = await send()
        if not self._has_entries and kind in (READ, WRITE):
            return
        attempt = Attempt(kind, due, begun, time.monotonic(), reply.outcome, reply.status, reply.trouble, is_retried)
        self._attempts.write(to_line(attempt))

    async def _read(self) -> tuple[Reply, bool]:
        """Read the entry that was acknowledged first of all; before there is one, the probes' path."""
        path = self._order.probe_path if self._first is None else f"{ENTRIES}/{self._first}"
        return await self._get(self._door, path)

    async def _get(self, door: Door, path: str) -> tuple[Reply, bool]:
        """Ask, and once more at once if the answer was no good: never after a wait, as visitors have no patience."""
        begun = time.monotonic()
        reply = await exchange(door, "GET", path)
        if reply.outcome not in (FAILED, UNKNOWN) or time.monotonic() - begun >= ANSWER_SECONDS:
            return reply, False
        return await exchange(door, "GET", path), True

    async def _write(self) -> tuple[Reply, bool]:
        """Write a message that nobody else writes; never twice."""
        message = f"{self._order.tag} {uuid.uuid4()}"
        await asyncio.to_thread(self._ledger.attempt, message)
        reply = await exchange(self._door, "POST", ENTRIES, {"author": AUTHOR, "message": message})
        self._has_entries = self._has_entries and reply.status not in NOT_OFFERED
        if 200 <= reply.status < 300:
            number = reply.document.get("id")
            await asyncio.to_thread(self._ledger.acknowledge, message, number)
            self._first = self._first or number
        if reply.status in GATEWAY_STATUSES:
            return Reply(UNKNOWN, reply.status, trouble="nobody can say whether it was written"), False
        return reply, False


async def _run(order: Order) -> None:
    is_over = asyncio.Event()
    loop = asyncio.get_running_loop()
    with order.attempts.open("w") as attempts, order.ledger.open("w") as ledger:
        visitors = Visitors(order, attempts, LedgerFile(ledger))
        # Whoever ordered the load holds the other end: when that is gone, however it ended, the load ends, too.
        loop.add_reader(sys.stdin.fileno(), is_over.set)
        sys.stdout.write(STARTED + "\n")
        sys.stdout.flush()
        await visitors.come(is_over)


def main() -> None:
    """Go inside, then let the visitors come."""
    order = Order.from_json(json.loads(sys.argv[1]))
    if order.namespace:
        enter(Path(order.namespace))
    asyncio.run(_run(order))


if __name__ == "__main__":
    main()
