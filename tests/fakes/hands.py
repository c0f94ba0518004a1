"""What a keeper's actions reach, as fakes that note what was done to them; times are a test's own."""

from collections.abc import Callable

from mainstay_keeper import clock
from mainstay_keeper.actions import AwaitApplied, Open, Rebuild
from mainstay_keeper.failsafe import Question
from mainstay_keeper.nouns import Observation
from mainstay_keeper.sql import MysqlError


class FakeMysqld:
    """A process that does as it is told."""

    handle = None

    def __init__(self, done: list[str]) -> None:
        self.done = done

    def start(self) -> None:
        self.done.append("start")

    def kill(self) -> None:
        self.done.append("kill")


class FakeMysql:
    """A MySQL that does as it is told, but for what `refuses` names; `is_prompt`: no COMMIT keeps it waiting."""

    def __init__(self, done: list[str]) -> None:
        self.done = done
        self.refuses = ""
        self.is_prompt = True

    def turn_read_only(self, seconds: float) -> bool:
        self._do("turn read-only")
        return self.is_prompt

    def fence(self, seconds: float) -> str:
        return self._do(f"fence {seconds:g}")

    def stop_receiving(self) -> None:
        self._do("stop receiving")

    def start_applying(self) -> None:
        self._do("start applying")

    def follow(self, source: str, is_acking: bool) -> None:
        self._do(f"follow {source}{' acking' if is_acking else ''}")

    def cut_off(self, name: str) -> None:
        self._do(f"cut off {name}")

    def set_waiting(self, is_on: bool) -> None:
        self._do(f"waiting {is_on}")

    def warm(self) -> None:
        self._do("warm")

    def circle(self, heir: str) -> None:
        self._do(f"circle with {heir}")

    def leave_circle(self) -> None:
        self._do("leave circle")

    def open(self, action: Open, may_still: Callable[[], bool]) -> None:
        fenced = "fenced " if action.is_source_fenced else ""
        self._do(f"open {fenced}{'waiting' if action.is_waiting else 'alone'} {may_still()}")

    def _do(self, what: str) -> str:
        if self.refuses and what.startswith(self.refuses):
            raise MysqlError(f"{what}: refused", 1205)
        self.done.append(what)
        return what


class FakeWatched:
    """The guard's side."""

    def __init__(self, done: list[str]) -> None:
        self.done = done

    def arm(self, seen: Observation) -> None:
        self.done.append("arm")

    def mind(self, seen: Observation) -> None:
        self.done.append("mind")

    def prolong(self, seen: Observation) -> None:
        self.done.append("prolong")

    def may_open(self, seen: Observation) -> bool:
        return True


class FakePeers:
    """Another keeper, and the copying of a whole server."""

    def __init__(self, done: list[str]) -> None:
        self.done = done
        self.has_applied = True
        self.says_yes = True

    def meet(self, name: str) -> None:
        self.done.append(f"meet {name}")

    def await_applied(self, action: AwaitApplied, seen: Observation) -> bool:
        self.done.append(f"await {action.name}")
        return self.has_applied

    def time_at(self, name: str) -> float | None:
        self.done.append(f"clock of {name}")
        return clock.now()

    def agrees(self, name: str, question: Question) -> bool:
        self.done.append(f"ask {name}")
        return self.says_yes

    def rebuild(self, action: Rebuild, seen: Observation) -> None:
        self.done.append(f"rebuild from {action.donor}")

    def close(self) -> None:
        self.done.append("close")
