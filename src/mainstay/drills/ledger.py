"""What was to be written, on the operator's own disk before the site hears of it, and what it then acknowledged."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import TextIOWrapper


@dataclass(frozen=True)
class Ledger:
    """Messages that were attempted, and those that were acknowledged, with the number that the site gave each."""

    attempted: frozenset[str] = frozenset()
    acknowledged: Mapping[str, int | None] = field(default_factory=dict)


class LedgerFile:
    """A ledger as it is kept: one line a fact, each on the disk when the call has returned."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def attempt(self, message: str) -> None:
        """Note a write before it is sent."""
        self._keep({"attempted": message})

    def acknowledge(self, message: str, number: int | None) -> None:
        """Note that the site said it has it."""
        self._keep({"acknowledged": message, "id": number})

    def _keep(self, fact: Mapping[str, object]) -> None:
        self._file.write(json.dumps(fact) + "\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())


def read_ledger(lines: Iterable[str]) -> Ledger:
    """What a ledger's file says; a last line that was cut off was never acted upon."""
    facts = [json.loads(line) for line in lines if line.endswith("\n")]
    attempted = frozenset(fact["attempted"] for fact in facts if "attempted" in fact)
    return Ledger(attempted, {fact["acknowledged"]: fact["id"] for fact in facts if "acknowledged" in fact})
