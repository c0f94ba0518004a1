"""Rebuilds beside the cycle, one at a time: copying takes minutes, and the session must be renewed each second."""

import subprocess
import threading
from collections.abc import Callable

from mainstay_keeper.process import Mysqld
from mainstay_keeper.rebuild import Machine, Order, RebuildError, rebuild
from mainstay_keeper.sql import MysqlError


class Rebuilder:
    """While it is busy nobody else touches MySQL: `mysqld` is stopped, started and restarted by the copying."""

    def __init__(self, mysqld: Mysqld, password: str, say: Callable[[str], None], ring: Callable[[], None]) -> None:
        self._mysqld = Mysqld(mysqld.unit)  # a handle of its own: the other is the cycle's thread's
        self._password = password
        self._say = say
        self._ring = ring
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether one goes on."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, order: Order) -> None:
        """Begin one, unless one goes on."""
        if not self.is_busy:
            self._thread = threading.Thread(target=self._run, args=(order,), daemon=True)
            self._thread.start()

    def _run(self, order: Order) -> None:
        try:
            rebuild(order, Machine(self._mysqld, self._password, self._say))
            self._say("The copy is there.")
        except (RebuildError, MysqlError, OSError, subprocess.SubprocessError) as error:
            self._say(f"The copy failed, and is begun again: {error}")
        self._ring()
