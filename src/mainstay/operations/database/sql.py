"""Speaks to a MySQL as its local administrator, over SSH; passwords travel by standard input only."""

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from mainstay.grounds.reach import GENTLY, Reach
from mainstay.model.error import MainstayError

Statement = tuple[str, Sequence[Any]]
Rows = list[dict[str, Any]]


class SqlError(MainstayError):
    """MySQL refused a statement, or could not be reached: `number` is its error number, 0 if there is none."""

    def __init__(self, machine: str, number: int, text: str) -> None:
        super().__init__(f"MySQL on {machine}: {text} (error {number})")
        self.number = number


def run(reach: Reach, machine: str, *statements: str | Statement) -> list[Rows]:
    """Carry out statements in one session; gives each one's rows.

    Raises:
        SqlError: MySQL does not answer or refuses; statements before the refused one have been carried out.
        GroundError: the machine cannot be reached.
    """
    script = resources.files("mainstay.operations.database").joinpath("remote", "sql.py").read_text()
    order = [(s, ()) if isinstance(s, str) else s for s in statements]
    command = (*GENTLY, "python3", "-c", script)
    said = json.loads(reach.run_or_fail(machine, command, given=json.dumps(order), seconds=660))
    if isinstance(said, dict):
        raise SqlError(machine, *said["error"])
    rows: list[Rows] = said
    return rows
