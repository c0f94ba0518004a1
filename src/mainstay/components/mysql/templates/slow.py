#!/usr/bin/env python3
"""Says each record of MySQL's slow-query log as one line, which goes into the journal.

    mysql-slow FILE

It ends when FILE has become large, or was emptied or replaced by somebody: its unit empties FILE and starts it again.
So the file does not grow for ever, and nothing is said twice.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

PAUSE_SECONDS = 0.5
LARGE = 16 * 2**20
LONGEST = 8 * 2**10
"""Of a record, in characters: a statement may have megabytes, and the journal breaks lines off at 48 KiB."""

FIRST_LINE = "# Time: "
BANNER = re.compile(r"\S*mysqld, Version: .* started with:$")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
"""The journal shows a line that holds one of these as so many bytes of a blob."""


def pieces(path: Path, pause: Callable[[], None]) -> Iterator[str]:
    """The lines of a file as they are written, the longest in parts; "" whenever there are no more for now."""
    with path.open("rb") as file:
        while True:
            while is_whole(piece := file.readline(LONGEST)):
                yield piece.decode(errors="replace")
            file.seek(-len(piece), os.SEEK_CUR)
            yield ""
            if is_to_begin_anew(path, file):
                return
            pause()


def is_whole(piece: bytes) -> bool:
    """Whether this is more than the beginning of a line that is just being written."""
    return piece.endswith(b"\n") or len(piece) == LONGEST


def is_to_begin_anew(path: Path, file: BinaryIO) -> bool:
    """Whether the file is large, or emptied, or no longer the one of this name."""
    position, ours = file.tell(), os.fstat(file.fileno())
    return position > LARGE or ours.st_size < position or not os.path.samestat(path.stat(), ours)


def records(found: Iterable[str]) -> Iterator[str]:
    """Each record as one line.

    A record ends where the next begins, or where MySQL says that it has started; or with a semicolon, when nothing
    follows for now. What comes before the first is the rest of one that was cut off.
    """
    record, last = "", ""
    for piece in found:
        is_first = piece.startswith(FIRST_LINE)
        has_ended = not piece and last.endswith(";\n")
        if record and (is_first or has_ended or BANNER.match(piece)):
            yield one_line(record)
            record = ""
        if record or is_first:
            record, last = (record + piece)[:LONGEST], piece or last


def one_line(record: str) -> str:
    """A record without the marks before its headings, and without line ends."""
    return CONTROL.sub(" ", record.replace("\n# ", "\n").removeprefix("# ")).strip()


def main() -> None:
    """Wait until MySQL has made the file, and say what is written to it."""
    path = Path(sys.argv[1])
    while not path.exists():
        time.sleep(PAUSE_SECONDS)
    for line in records(pieces(path, lambda: time.sleep(PAUSE_SECONDS))):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
