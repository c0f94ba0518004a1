"""The guard kills when a deadline has passed, and only then."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mainstay_keeper.deadline import NEVER, Deadline, Word
from mainstay_keeper.guard import look_once


@pytest.fixture
def deadline(tmp_path: Path) -> Deadline:
    return Deadline(tmp_path / "deadline")


class Killer:
    def __init__(self, finds: bool = True) -> None:
        self.finds = finds
        self.killed: list[int] = []

    def __call__(self, pid: int) -> bool:
        self.killed.append(pid)
        return self.finds


def test_nothing_is_killed_before_a_deadline_was_ever_set(deadline: Deadline) -> None:
    assert (look_once(deadline, 1e9, Killer()), deadline.read()) == ("", Word(NEVER, 0, 1e9))


def test_a_deadline_that_passes_kills_and_says_so(deadline: Deadline) -> None:
    kill = Killer()
    deadline.set(10.0, 42)
    assert look_once(deadline, 9.999, kill) == ""
    sentence = "mysqld 42 was killed 20 ms after the deadline that its keeper had not renewed."
    assert (look_once(deadline, 10.02, kill), kill.killed) == (sentence, [42])


def test_a_process_that_is_gone_is_nothing_to_speak_of(deadline: Deadline) -> None:
    deadline.set(10.0, 42)
    assert look_once(deadline, 11.0, Killer(finds=False)) == ""


def test_a_disarmed_deadline_and_a_new_process_are_left_alone(deadline: Deadline) -> None:
    kill = Killer()
    deadline.set(10.0, 42)
    deadline.set(NEVER, 42)
    assert look_once(deadline, 11.0, kill) == ""
    deadline.set(10.0, 0)
    assert (look_once(deadline, 11.0, kill), kill.killed) == ("", [])


def test_the_keeper_sees_that_the_guard_looks_through_the_same_file(deadline: Deadline, tmp_path: Path) -> None:
    guards = Deadline(tmp_path / "deadline")
    deadline.set(5.0, 7)
    assert guards.look(3.0) == deadline.read() == Word(5.0, 7, 3.0)


def test_a_deadline_is_never_seen_half_written(deadline: Deadline, tmp_path: Path) -> None:
    guards, is_over = Deadline(tmp_path / "deadline"), threading.Event()

    def renew() -> None:
        at = 1000.0
        while not is_over.is_set():
            deadline.set(at := at + 1, 42)

    deadline.set(1000.0, 42)
    thread = threading.Thread(target=renew)
    thread.start()
    seen = [guards.look(1.0).at for _ in range(100_000)]
    is_over.set()
    thread.join()
    assert min(seen) >= 1000.0


def test_the_guard_stays_in_memory_or_says_why_not() -> None:
    """In a process of its own, which may lock what it has."""
    words = "from mainstay_keeper.guard import stay_in_memory; print(stay_in_memory())"
    done = subprocess.run((sys.executable, "-c", words), capture_output=True, text=True, check=True)
    assert done.stdout == "\n" or done.stdout.startswith("The guard may be swapped out: ")
