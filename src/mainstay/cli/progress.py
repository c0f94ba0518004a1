"""Long work, shown while it goes on: one line per machine, what it does now, and for how many seconds."""

import threading
import time
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

REFRESH_PER_SECOND = 8
EVERYTHING = "all"


class Progress:
    """A report of who does what; lines that change in place on a terminal, plain lines elsewhere.

    With `is_quiet` nothing is shown.
    """

    def __init__(self, is_quiet: bool = False) -> None:
        self.begun = time.monotonic()
        self._now: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._console = Console(stderr=True, highlight=False)
        self._is_quiet = is_quiet
        self._live = Live(
            console=self._console, get_renderable=self._render, refresh_per_second=REFRESH_PER_SECOND, transient=True
        )

    def __enter__(self) -> "Progress":
        if self._is_in_place:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_in_place:
            self._live.stop()

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.begun

    def __call__(self, machine: str, doing: str) -> None:
        """Note what a machine does now; "" when it is done with that."""
        with self._lock:
            self._now[machine or EVERYTHING] = (doing, time.monotonic())
            if not (machine or doing):
                self._now.pop(EVERYTHING)
        if not doing:
            return
        if not (self._is_in_place or self._is_quiet):
            self._console.print(
                f"{self.seconds:6.1f} s  {machine or EVERYTHING:<10} {doing}", soft_wrap=True, markup=False
            )

    @property
    def _is_in_place(self) -> bool:
        return self._console.is_terminal and not self._is_quiet

    def _render(self) -> Group:
        with self._lock:
            rows = sorted(self._now.items())
        now = time.monotonic()
        width = max((len(name) for name, _ in rows), default=0)
        return Group(*(_line(name, width, doing, now - since) for name, (doing, since) in rows))


def _line(name: str, width: int, doing: str, seconds: float) -> Text:
    since = f"  {seconds:.0f} s" if doing else "waiting"
    line = Text.assemble((f"  {name:<{width}}  ", "bold"), doing, (since, "dim"))
    line.no_wrap = True
    line.overflow = "ellipsis"
    return line
