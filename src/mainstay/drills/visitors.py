"""The load: visitors that come at a steady rate, whether or not earlier ones were answered.

python -m mainstay.drills.visitors ORDER, where ORDER is JSON; ends when its standard input does.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
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


@dataclass(frozen=True)
class Order:
    """What the load is to be: the network namespace to come from ("" for this one), the site, the path to probe.

    rates: requests per second by kind of stream. `tag` begins every message that is written.
    """

    namespace: str
    door: Door
    probe_path: str
    rates: Mapping[str, float]
    tag: str
    folder: Path

    def to_json(self) -> dict[str, Any]:
        """The order as plain data; `from_json` is its inverse."""
        door = {"address": self.door.address, "port": self.door.port, "host": self.door.host}
        rest = {"probe_path": self.probe_path, "rates": dict(self.rates), "tag": self.tag, "folder": str(self.folder)}
        return {"namespace": self.namespace, "door": door, **rest}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Order":
        """Build an order from what `to_json` gave."""
        return Order(**{**data, "door": Door(**data["door"]), "folder": Path(data["folder"])})

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
        self._send = {PROBE: self._probe, READ: self._read, WRITE: self._write}

    async def come(self, is_over: asyncio.Event) -> None:
        """Come until it is over, then wait for the last answers."""
        await asyncio.gather(*(self._stream(kind, rate, is_over) for kind, rate in self._order.rates.items() if rate))
        self._attempts.flush()

    async def _stream(self, kind: str, rate: float, is_over: asyncio.Event) -> None:
        begun = time.monotonic()
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        while not is_over.is_set() and (kind == PROBE or self._has_entries):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            visit = asyncio.create_task(self._visit(kind, due))
            under_way.add(visit)
            visit.add_done_callback(under_way.discard)
            number += 1
        if under_way:
            await asyncio.wait(under_way, timeout=3 * ANSWER_SECONDS)

    async def _visit(self, kind: str, due: float) -> None:
        begun = time.monotonic()
        reply, is_retried = await self._send[kind]()
        if not self._has_entries and kind != PROBE:
            return
        attempt = Attempt(kind, due, begun, time.monotonic(), reply.outcome, reply.status, reply.trouble, is_retried)
        self._attempts.write(to_line(attempt))

    async def _probe(self) -> tuple[Reply, bool]:
        return await self._get(self._order.probe_path)

    async def _read(self) -> tuple[Reply, bool]:
        """Read the entry that was acknowledged first of all; before there is one, the probes' path."""
        return await self._get(self._order.probe_path if self._first is None else f"{ENTRIES}/{self._first}")

    async def _get(self, path: str) -> tuple[Reply, bool]:
        """Ask, and once more at once if the answer was no good: never after a wait, as visitors have no patience."""
        begun = time.monotonic()
        reply = await exchange(self._order.door, "GET", path)
        if reply.outcome not in (FAILED, UNKNOWN) or time.monotonic() - begun >= ANSWER_SECONDS:
            return reply, False
        return await exchange(self._order.door, "GET", path), True

    async def _write(self) -> tuple[Reply, bool]:
        """Write a message that nobody else writes; never twice."""
        message = f"{self._order.tag} {uuid.uuid4()}"
        await asyncio.to_thread(self._ledger.attempt, message)
        reply = await exchange(self._order.door, "POST", ENTRIES, {"author": AUTHOR, "message": message})
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
