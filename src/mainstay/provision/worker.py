"""Carries changes out on one machine, by pyinfra, in a process of its own.

python -m mainstay.provision.worker  <  {"machine", "ssh_config", "changes": [{"kind", "summary", "subject"}]}

pyinfra loads gevent, which is made for a whole process: hence a process. It has one machine and one State, so that no
machine waits for another. It prints JSON lines: {"doing": what}, and at last {"failed": {"doing", "said"}} or {"done": true}.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402  gevent must come first
import sys  # noqa: E402
from typing import Any  # noqa: E402

from pyinfra.api.config import Config  # noqa: E402
from pyinfra.api.connect import connect_all, disconnect_all  # noqa: E402
from pyinfra.api.exceptions import PyinfraError  # noqa: E402
from pyinfra.api.host import Host  # noqa: E402
from pyinfra.api.inventory import Inventory  # noqa: E402
from pyinfra.api.operation import OperationMeta, add_op  # noqa: E402
from pyinfra.api.operations import run_ops  # noqa: E402
from pyinfra.api.state import BaseStateCallback, State  # noqa: E402

from mainstay.model.change import Packages, Removal, Subject, Unit  # noqa: E402
from mainstay.model.install import Bundle, Directory, File, Link, User  # noqa: E402
from mainstay.provision.steps import steps  # noqa: E402

SUBJECTS: tuple[type[Subject], ...] = (Packages, User, Directory, Bundle, File, Link, Unit, Removal)
BY_NAME: dict[str, type[Subject]] = {kind.__name__: kind for kind in SUBJECTS}


class Telling(BaseStateCallback):
    """Says what is being done while it is being done."""

    def __init__(self, doing: list[str]) -> None:
        self.doing = doing
        self.begun = -1

    def operation_host_start(self, state: State, host: Host, op_hash: Any) -> None:
        """Called by pyinfra before each operation; operations carry the index of their change as name."""
        index = int(next(iter(state.op_meta[op_hash].names)).partition("/")[0])
        if index > self.begun:
            self.begun = index
            if self.doing[index]:
                tell(doing=self.doing[index])


def main() -> None:
    """Read the order, carry it out, tell how it went."""
    order = json.load(sys.stdin)
    changes = order["changes"]
    state = State(_inventory(order["machine"], order["ssh_config"]), Config(), check_for_changes=False)
    telling = Telling([change["summary"] for change in changes])
    state.add_callback_handler(telling)
    metas: list[OperationMeta] = []
    try:
        connect_all(state)
        for index, change in enumerate(changes):
            for number, step in enumerate(steps(_subject(change))):
                added = add_op(state, step.operation, name=f"{index}/{number}", **step.arguments)
                metas.extend(added.values())
        run_ops(state)
    except PyinfraError as error:
        doing = telling.doing[telling.begun] if telling.begun >= 0 else "connect"
        tell(failed={"doing": doing, "said": _said(metas) or str(error)})
        sys.exit(1)
    finally:
        disconnect_all(state)
    tell(done=True)


def tell(**what: Any) -> None:
    """One JSON line to whoever started this process."""
    print(json.dumps(what), flush=True)


def _inventory(machine: str, ssh_config: str) -> Inventory:
    return Inventory(([machine], {"ssh_config_file": ssh_config}))


def _subject(change: dict[str, Any]) -> Subject:
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in change["subject"].items()}
    return BY_NAME[change["kind"]](**fields)


def _said(metas: list[OperationMeta]) -> str:
    """What the operation that failed had printed."""
    for meta in metas:
        if meta.is_complete() and meta.did_error():
            return meta.stderr.strip() or meta.stdout.strip()
    return ""


if __name__ == "__main__":
    main()
