"""Carries changes out on one machine, by pyinfra, in a process of its own.

python -m mainstay.provision.worker  <  {"machine", "ssh_config", "changes": [{"kind", "summary", "subject"}]}

pyinfra brings gevent, which is made to own a whole process: hence a process. It has one machine, so that no machine
waits for another. Each line of its input is an order, carried out by a State and a connection of its own: what was true
of the machine before the last order may be so no longer. It answers each in JSON lines: {"doing": what}, and at last
{"failed": {"doing", "said"}} or {"done": true}.
"""

import json
import logging
import re
import sys
from collections.abc import Callable
from typing import Any

from pyinfra.api.config import Config
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory
from pyinfra.api.operation import OperationMeta, add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import BaseStateCallback, State

from mainstay.model.change import Packages, Removal, Subject, Unit
from mainstay.model.install import Bundle, Directory, File, Link, User
from mainstay.provision.steps import steps

SUBJECTS: tuple[type[Subject], ...] = (Packages, User, Directory, Bundle, File, Link, Unit, Removal)
BY_NAME: dict[str, type[Subject]] = {kind.__name__: kind for kind in SUBJECTS}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Trouble(logging.Handler):
    """Keeps what pyinfra logs as an error: of a lost connection it says nothing else, but that no host remains."""

    def __init__(self, machine: str) -> None:
        super().__init__(logging.ERROR)
        self._before = f"[{machine}]"
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Without colours, and without the machine's name, which whoever reads this knows."""
        self.lines.append(COLOURS.sub("", record.getMessage()).removeprefix(self._before).strip())


def telling(doing: list[str], begun: list[int]) -> BaseStateCallback:
    """What pyinfra calls before each operation: says what is being done, and notes its index in `begun`."""

    class Telling(BaseStateCallback):
        @staticmethod
        def operation_host_start(state: State, _host: Host, op_hash: str) -> None:
            index = int(next(iter(state.op_meta[op_hash].names)).partition("/")[0])
            if index not in begun:
                begun.append(index)
                if doing[index]:
                    tell(doing=doing[index])

    return Telling()


def main() -> None:
    """Carry out one order after the other."""
    for line in sys.stdin:
        carry_out(json.loads(line))


def carry_out(order: dict[str, Any]) -> None:
    """Do it, and tell how it went."""
    changes = order["changes"]
    state = State(_inventory(order["machine"], order["ssh_config"]), Config(), check_for_changes=False)
    summaries, begun = [change["summary"] for change in changes], [-1]
    state.add_callback_handler(telling(summaries, begun))
    metas: list[OperationMeta] = []
    trouble = Trouble(order["machine"])
    logging.getLogger("pyinfra").addHandler(trouble)
    try:
        connect_all(state)
        for index, change in enumerate(changes):
            for number, step in enumerate(steps(_subject(change))):
                added = add_op(state, step.operation, name=f"{index}/{number}", **step.arguments)
                metas.extend(added.values())
        run_ops(state)
    except PyinfraError as error:
        doing = summaries[begun[-1]] if begun[-1] >= 0 else "connecting"
        said = _said(metas) or "; ".join(trouble.lines) or str(error)
        ended: dict[str, Any] = {"failed": {"doing": doing, "said": said}}
    else:
        ended = {"done": True}
    finally:
        disconnect_all(state)
        logging.getLogger("pyinfra").removeHandler(trouble)
    tell(**ended)


def tell(**what: Any) -> None:
    """One JSON line to whoever started this process."""
    print(json.dumps(what), flush=True)


def _inventory(machine: str, ssh_config: str) -> Inventory:
    return Inventory(([machine], {"ssh_config_file": ssh_config}))


def _subject(change: dict[str, Any]) -> Subject:
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in change["subject"].items()}
    build: Callable[..., Subject] = BY_NAME[change["kind"]]
    return build(**fields)


def _said(metas: list[OperationMeta]) -> str:
    """What the operation that failed had printed."""
    for meta in metas:
        if meta.is_complete() and meta.did_error():
            return meta.stderr.strip() or meta.stdout.strip()
    return ""


if __name__ == "__main__":
    main()
