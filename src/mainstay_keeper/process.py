"""The process of mysqld: started through systemd, held by a pidfd, so that its end is noticed at once."""

import contextlib
import os
import select
import signal
import subprocess

UNIT = "mysql.service"
SYSTEMCTL_SECONDS = 5.0
CLEANLY_SECONDS = 30.0


class Mysqld:
    """A pidfd names one process for good: what is killed by it is never another that got its number."""

    def __init__(self, unit: str = UNIT, systemctl: str = "systemctl") -> None:
        self.unit = unit
        self._program = systemctl
        self._held: int | None = None
        self.pid = 0

    @property
    def handle(self) -> int | None:
        """The pidfd: it can be polled, and is readable once the process has ended."""
        return self._held

    def look(self) -> str:
        """`active` with a process, `activating` where there will be one, else `inactive`; cheap while it lives."""
        if self._held is not None and not _has_ended(self._held):
            return "active"
        self._let_go()
        state, pid = self._ask()
        if pid:
            # It may have ended since: then there is none, and the next look says why.
            with contextlib.suppress(ProcessLookupError):
                self._held, self.pid = os.pidfd_open(pid), pid
                return "active"
        return "activating" if state == "activating" else "inactive"

    def start(self) -> None:
        """Ask for it; it is there when `look` says so."""
        self._systemctl("start", "--no-block", self.unit)

    def kill(self) -> None:
        """SIGKILL; returns when it has ended, or after a second."""
        if self.look() != "active" or self._held is None:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._held, signal.SIGKILL)
        select.select((self._held,), (), (), 1.0)

    def stop_cleanly(self) -> None:
        """Let it end by itself: only for one that is read-only, and whose clients wait for nothing."""
        self._systemctl("stop", self.unit, seconds=CLEANLY_SECONDS)

    def _ask(self) -> tuple[str, int]:
        said = self._systemctl("show", "--property=ActiveState", "--property=MainPID", self.unit)
        answer = dict(line.partition("=")[::2] for line in said.splitlines())
        return answer.get("ActiveState", ""), int(answer.get("MainPID") or 0)

    def _systemctl(self, *words: str, seconds: float = SYSTEMCTL_SECONDS) -> str:
        done = subprocess.run((self._program, *words), capture_output=True, text=True, timeout=seconds, check=False)
        return done.stdout

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
        self._held, self.pid = None, 0


def _has_ended(handle: int) -> bool:
    return bool(select.select((handle,), (), (), 0)[0])
