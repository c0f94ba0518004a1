"""Sets of MySQL's global transaction identifiers: what a server has, as intervals by the server that wrote it first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]


@dataclass(frozen=True)
class GtidSet:
    """A set of GTIDs: (uuid[:tag], sorted disjoint intervals, both ends within) in order of the first.

    The text form is MySQL's: `uuid:1-5:7,uuid:1-3`; a tag stands between uuid and numbers (`uuid:tag:1-2`).
    """

    parts: tuple[tuple[str, Intervals], ...] = ()

    @staticmethod
    def parse(text: str) -> "GtidSet":
        """Read MySQL's text form, line breaks and blanks within it left aside.

        Raises:
            ValueError: it is none.
        """
        found: dict[str, list[Interval]] = {}
        for part in filter(None, "".join(text.split()).split(",")):
            uuid, *words = part.lower().split(":")
            key = uuid
            for word in words:
                if not word[:1].isdigit():
                    key = f"{uuid}:{word}"
                    continue
                first, _, last = word.partition("-")
                found.setdefault(key, []).append((int(first), int(last or first)))
        return GtidSet._of(found)

    @staticmethod
    def _of(found: Mapping[str, Iterable[Interval]]) -> "GtidSet":
        parts = ((key, _joined(intervals)) for key, intervals in sorted(found.items()))
        return GtidSet(tuple((key, intervals) for key, intervals in parts if intervals))

    def __str__(self) -> str:
        return ",".join(
            f"{key}:" + ":".join(str(a) if a == b else f"{a}-{b}" for a, b in intervals)
            for key, intervals in self.parts
        )

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __or__(self, other: "GtidSet") -> "GtidSet":
        both: dict[str, list[Interval]] = {}
        for key, intervals in (*self.parts, *other.parts):
            both.setdefault(key, []).extend(intervals)
        return GtidSet._of(both)

    def __sub__(self, other: "GtidSet") -> "GtidSet":
        taken = dict(other.parts)
        return GtidSet._of({key: _without(intervals, taken.get(key, ())) for key, intervals in self.parts})

    def __le__(self, other: "GtidSet") -> bool:
        return not self - other

    def __len__(self) -> int:
        return sum(b - a + 1 for _, intervals in self.parts for a, b in intervals)


def _joined(intervals: Iterable[Interval]) -> Intervals:
    joined: list[Interval] = []
    for first, last in sorted(intervals):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        elif first <= last:
            joined.append((first, last))
    return tuple(joined)


def _without(intervals: Intervals, taken: Intervals) -> Intervals:
    left = list(intervals)
    for out_first, out_last in taken:
        pieces: list[Interval] = []
        for first, last in left:
            pieces += [(first, min(last, out_first - 1)), (max(first, out_last + 1), last)]
        left = [(first, last) for first, last in pieces if first <= last]
    return tuple(left)
