"""A verb of `mainstay` while it runs: what it has told so far, and ways to break it off."""

import os
import signal
import subprocess
import threading
import time

from tests.lab.waiting import PATIENCE, becomes


class Running:
    """A program started as the leader of a process group of its own; its output is read as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def told(self) -> str:
        """All that it has printed so far."""
        return "".join(self._lines)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def tells(self, words: str, within: float) -> None:
        """Wait until it has printed these words; one that ends without them, or is too slow, goes no further."""

        def has_come(told: str) -> bool:
            return words in told or self._process.poll() is not None

        try:
            becomes(f"Telling of {words!r}", lambda: self.told, has_come, within)
        except BaseException:  # a Ctrl-C, too: it has a process group of its own
            self.is_killed()
            raise
        if self._process.poll() is not None:
            self.ends()
            assert words in self.told, f"It ended without a word of {words!r}:\n{self.told}"

    def ends(self, within: float = 120.0) -> int:
        """Wait for its end; give its exit status (negative if a signal ended it)."""
        status = self._process.wait(timeout=within * PATIENCE)
        self._reader.join()
        return status

    def is_killed(self) -> None:
        """SIGKILL to it and all its helpers at once, at whatever they are doing."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self.ends()

    def is_interrupted(self) -> None:
        """Ctrl-C at its terminal: SIGINT to it and all its helpers."""
        os.killpg(self._process.pid, signal.SIGINT)

    def lasts(self, seconds: float) -> None:
        """Let it run for so long."""
        time.sleep(seconds)

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as told:
            for line in told:
                self._lines.append(line)
