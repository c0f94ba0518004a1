"""Programs of this computer: the only place that knows subprocess."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mainstay.grounds.errors import GroundError

Process = subprocess.Popen[str]
"""A program while it runs."""


@dataclass(frozen=True)
class Completed:
    """How a program ended: its exit status and what it printed."""

    status: int
    output: str
    errors: str

    @property
    def is_success(self) -> bool:
        """Whether it exited with 0."""
        return self.status == 0


def run(argv: Sequence[str], given: str = "", seconds: float = 600) -> Completed:
    """Run a program to its end, with `given` as its input.

    A program that does not end within `seconds` is killed and counts as status 124, as timeout(1) has it.

    Raises:
        GroundError: there is no such program.
    """
    try:
        done = subprocess.run(
            argv,
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as missing:
        raise GroundError(f"`{argv[0]}` is not installed.", "Install it and try again.") from missing
    except subprocess.TimeoutExpired as late:
        return Completed(124, _text(late.stdout), f"{argv[0]} did not end within {seconds:g} s")
    return Completed(done.returncode, done.stdout, done.stderr)


def run_or_fail(argv: Sequence[str], doing: str, given: str = "", seconds: float = 600) -> str:
    """Run a program that must succeed, and give its output.

    Raises:
        GroundError: it did not; the sentence says what was being done and what the program said last.
    """
    done = run(argv, given, seconds)
    if not done.is_success:
        said = (done.errors.strip() or done.output.strip() or f"exit status {done.status}").splitlines()
        raise GroundError(f"{doing} failed: {said[-1]}")
    return done.output


def run_with_file(argv: Sequence[str], given: Path) -> Completed:
    """Run a program to its end, with a file as its input."""
    with given.open("rb") as source:
        done = subprocess.run(argv, stdin=source, capture_output=True, text=True, errors="replace", check=False)
    return Completed(done.returncode, done.stdout, done.stderr)


def interact(argv: Sequence[str]) -> int:
    """Run a program that has the terminal to itself, and give its exit status (130 after Ctrl-C)."""
    try:
        return subprocess.call(argv)
    except KeyboardInterrupt:
        return 130


def start(argv: Sequence[str]) -> Process:
    """Start a program whose output is read while it runs; its standard input can be written to."""
    return subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    )


def start_writing(argv: Sequence[str], sink: TextIO) -> Process:
    """Start a program whose output goes to a file; what it says of its errors goes nowhere."""
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.DEVNULL, text=True)


class Conversation:
    """A program that is told something in lines, and answers in lines. It does not outlive `end`."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._process = start(argv)
        self._errors: list[str] = []
        self._listening = threading.Thread(target=lambda: self._errors.extend(self._process.stderr or ()), daemon=True)
        self._listening.start()

    def ask(self, line: str, hear: Callable[[str], bool]) -> bool:
        """Say a line, and `hear` the answer until it says that a line was the last; False: the program has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return any(hear(answer) for answer in iter(self._process.stdout.readline, ""))

    def end(self) -> str:
        """End the program, whatever it is doing, and give what it has said of its errors."""
        self._process.kill()
        self._process.wait()
        self._listening.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                with suppress(BrokenPipeError):  # what was still to be said
                    pipe.close()
        return "".join(self._errors)


def start_detached(argv: Sequence[str], log: Path) -> int:
    """Start a program that goes on after this one ends, its output in `log`; gives its process id."""
    with log.open("ab") as sink:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True, cwd="/"
        )
    return process.pid


def _text(said: bytes | str | None) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said or ""
