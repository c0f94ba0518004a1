"""Judges a run from what its visitors met. Pure; times are monotonic seconds, as the visitors noted them."""

import bisect
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mainstay.drills.attempt import FAILED, UNKNOWN, Attempt
from mainstay.drills.catalogue import Drill
from mainstay.drills.ledger import Ledger
from mainstay.drills.told import Told, complaints

PERCENTILES = (50, 95, 99, 100)
TAKES_EFFECT_SECONDS = 0.25
"""A hurt is ordered over SSH: by then it has begun."""

LATE_SECONDS = 0.1
"""A load whose visitors came later than this was starved itself: its gaps are not all the site's."""

STOLEN_PERCENT = 10.0
"""A lab whose computer had to do with so much less of itself than it shows was not alone on it."""


@dataclass(frozen=True)
class Event:
    """Something that happened during a run: when (monotonic seconds), what, and whether a fault was noticed by it."""

    at: float
    what: str
    is_detection: bool = False


@dataclass(frozen=True)
class Course:
    """How a run went: when it was hurt, when the healing began, and when all was healthy again (None: never).

    is_watched: whether somebody looked for what people are told; `told` is that.
    """

    hurt_at: float
    heal_at: float
    healthy_at: float | None
    events: tuple[Event, ...] = ()
    is_watched: bool = False
    told: Told | None = None


@dataclass(frozen=True)
class Writes:
    """What became of the writes, in the words of Jepsen's `set` test.

    lost: acknowledged, and not there. unexpected: there and never attempted, or there more than once.
    recovered: there, attempted, and never acknowledged.
    """

    attempted: int = 0
    acknowledged: int = 0
    lost: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What was measured in one run; times in seconds.

    gap_seconds: the longest time in which somebody asked and none was answered well, of the stream that fared worst;
    `gaps` has each stream's.
    failed, unknown, retried: numbers of requests. `broken`: those of any of the three that were not under way when
    the first of them broke. detected_seconds: from the hurt until, before it was healed, a balancer said that
    something is down or another took over; else until the first request that was not answered well; else None.
    redundant_seconds: until every part was healthy again, counted from the healing, or from the hurt where nobody
    needed to heal. latency: phase ("before", "during", "after") -> percentile -> seconds.
    late_seconds: how much later than they were due the visitors came, at worst. rest_gap_seconds: the same as
    gap_seconds, before anything was hurt: what cannot be told from an outage. stolen_percent: of this computer's time
    meanwhile, what its own host gave to others.
    """

    gap_seconds: float
    failed: int
    unknown: int
    retried: int
    broken: int
    writes: Writes
    detected_seconds: float | None
    redundant_seconds: float | None
    late_seconds: float = 0.0
    rest_gap_seconds: float = 0.0
    stolen_percent: float = 0.0
    gaps: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    is_watched: bool = False
    told: Told | None = None

    def to_json(self) -> dict[str, object]:
        """The stable form of `drill run`."""
        return {
            "gap_seconds": round(self.gap_seconds, 3),
            "failed": self.failed,
            "unknown": self.unknown,
            "retried": self.retried,
            "acknowledged": self.writes.acknowledged,
            "lost": len(self.writes.lost),
            "unexpected": len(self.writes.unexpected),
            "recovered": len(self.writes.recovered),
            "detected_seconds": _rounded(self.detected_seconds),
            "redundant_seconds": _rounded(self.redundant_seconds),
            "stolen_percent": round(self.stolen_percent, 1),
            "alert": self.told.alert if self.told else None,
            "alert_seconds": self.told.seconds if self.told else None,
            "other_alerts": list(self.told.others) if self.told else [],
        }


@dataclass(frozen=True)
class Verdict:
    """Whether what a drill expects held over all its runs, and if not, why not: one sentence for each thing."""

    held: bool
    why: str = ""


def measure(attempts: Sequence[Attempt], course: Course, writes: Writes, recovers_by_itself: bool = False) -> Figures:
    """The figures of a run, from every attempt of its load."""
    gaps = _gaps(attempts, course.hurt_at)
    at_rest = _gaps([attempt for attempt in attempts if attempt.ended <= course.hurt_at])
    outcomes = Counter(attempt.outcome for attempt in attempts)
    since = course.hurt_at if recovers_by_itself else course.heal_at
    return Figures(
        gap_seconds=max(gaps.values(), default=0.0),
        failed=outcomes[FAILED],
        unknown=outcomes[UNKNOWN],
        retried=sum(attempt.is_retried for attempt in attempts),
        broken=_broken_later(attempts, course.hurt_at),
        writes=writes,
        detected_seconds=_detected(attempts, course),
        redundant_seconds=None if course.healthy_at is None else course.healthy_at - since,
        late_seconds=max((attempt.begun - attempt.due for attempt in attempts), default=0.0),
        rest_gap_seconds=max(at_rest.values(), default=0.0),
        gaps=gaps,
        latency=_latency(attempts, course),
        is_watched=course.is_watched,
        told=course.told,
    )


def gap(attempts: Sequence[Attempt], since: float) -> float:
    """The longest time in which somebody asked and none was answered well, from the last good answer before `since`.

    It begins with a good answer, or, where nobody waits for one at that moment, with the next who asks; and ends with
    the next good answer. A stream that is never answered again is silent until its last visitor came.
    """
    answered = sorted(attempt.ended for attempt in attempts if attempt.is_ok)
    first = min((attempt.begun for attempt in attempts), default=since)
    before = max((moment for moment in answered if moment <= since), default=first)
    last = max((attempt.begun for attempt in attempts), default=since)
    moments = [before, *(moment for moment in answered if moment > before), max(last, before)]
    waits = _Waits(attempts)
    return max((later - waits.begin(earlier) for earlier, later in itertools.pairwise(moments)), default=0.0)


def _gaps(attempts: Sequence[Attempt], since: float = -math.inf) -> dict[str, float]:
    """The gap of each stream."""
    kinds = sorted({attempt.kind for attempt in attempts})
    return {kind: gap([a for a in attempts if a.kind == kind], since) for kind in kinds}


class _Waits:
    """When visitors wait for an answer: `begin` says it of the time from a moment on."""

    def __init__(self, attempts: Iterable[Attempt]) -> None:
        ordered = sorted((attempt.begun, attempt.ended) for attempt in attempts)
        self._begun = [begun for begun, _ in ordered]
        self._ended = list(itertools.accumulate((ended for _, ended in ordered), max))

    def begin(self, moment: float) -> float:
        """The moment itself where somebody waits then; else that at which the next one asks."""
        asked = bisect.bisect_right(self._begun, moment)
        somebody_waits = asked > 0 and self._ended[asked - 1] > moment
        return moment if somebody_waits or asked == len(self._begun) else self._begun[asked]


def compare(ledger: Ledger, found: Iterable[str]) -> Writes:
    """What was attempted and acknowledged, against the messages that are there, each as often as it is there."""
    there = Counter(found)
    acknowledged = frozenset(ledger.acknowledged)
    strangers = [message for message in there if message not in ledger.attempted]
    doubles = [message for message, times in there.items() for _ in range(times - 1)]
    return Writes(
        attempted=len(ledger.attempted),
        acknowledged=len(acknowledged),
        lost=tuple(sorted(acknowledged - there.keys())),
        unexpected=tuple(sorted([*strangers, *doubles])),
        recovered=tuple(sorted((there.keys() & ledger.attempted) - acknowledged)),
    )


def judge(drill: Drill, runs: Sequence[Figures]) -> Verdict:
    """Whether it held: the 95th percentile of the gaps against the limit; everything else in every single run.

    What a visitor waited for is not the site's doing in a run that was disturbed; what became of the writes always is.
    """
    measured = undisturbed(runs)
    gaps = [run.gap_seconds for run in measured]
    reasons = []
    if (worst := percentile(gaps, 95)) > drill.limit_seconds:
        run = max(measured, key=lambda run: run.gap_seconds)
        stream = max(run.gaps, key=lambda kind: run.gaps[kind], default="the site")
        reasons.append(f"{worst:.2f} s without a good answer ({stream}), where {drill.limit_seconds:g} s is the limit")
    if drill.is_graceful and (broken := sum(run.broken for run in measured)):
        reasons.append(f"{broken} requests failed that were not under way at that moment")
    if lost := sum(len(run.writes.lost) for run in runs):
        reasons.append(f"{lost} acknowledged writes were lost")
    if unexpected := sum(len(run.writes.unexpected) for run in runs):
        reasons.append(f"{unexpected} entries are there that were never written, or twice")
    if never := sum(run.redundant_seconds is None for run in runs):
        reasons.append(f"not healthy again after {never} of {len(runs)} runs")
    reasons += complaints(drill.alerts, [run.told for run in runs if run.is_watched])
    if reasons:
        reasons += _doubts(drill, measured)
    return Verdict(not reasons, "; ".join(reasons))


def _doubts(drill: Drill, measured: Sequence[Figures]) -> Iterator[str]:
    """Why a drill that did not hold may say less of the site than of this computer."""
    if (late := max((run.late_seconds for run in measured), default=0.0)) > LATE_SECONDS:
        yield f"this computer was so busy that visitors came up to {late:.2f} s late"
    if (rest := max((run.rest_gap_seconds for run in measured), default=0.0)) > drill.limit_seconds:
        yield f"for up to {rest:.2f} s nobody was answered before anything was hurt"
    if (stolen := max((run.stolen_percent for run in measured), default=0.0)) > STOLEN_PERCENT:
        yield f"its own host gave {stolen:.0f} % of this computer's time to others"


def is_disturbed(run: Figures) -> bool:
    """Whether this computer's own host took so much of it away that times say little of the site."""
    return run.stolen_percent > STOLEN_PERCENT


def undisturbed(runs: Sequence[Figures]) -> Sequence[Figures]:
    """The runs that were not; all, where there is none: then nothing better is known."""
    return [run for run in runs if not is_disturbed(run)] or runs


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)] if ranked else 0.0


def _is_broken(attempt: Attempt) -> bool:
    return not attempt.is_ok or attempt.is_retried


def _broken_later(attempts: Iterable[Attempt], hurt_at: float) -> int:
    """How many broke that were not yet under way when the first of them broke, or the hurt had surely begun."""
    broken = [attempt for attempt in attempts if _is_broken(attempt) and attempt.ended >= hurt_at]
    first = min((attempt.ended for attempt in broken), default=hurt_at)
    moment = min(first, hurt_at + TAKES_EFFECT_SECONDS)
    return sum(attempt.begun > moment for attempt in broken)


def _detected(attempts: Iterable[Attempt], course: Course) -> float | None:
    noted = (e.at for e in course.events if e.is_detection and course.hurt_at <= e.at <= course.heal_at)
    told = min(noted, default=None)
    if told is not None:
        return told - course.hurt_at
    noticed = (a.ended for a in attempts if _is_broken(a) and course.hurt_at <= a.ended)
    first = min(noticed, default=None)
    return None if first is None else first - course.hurt_at


def _latency(attempts: Sequence[Attempt], course: Course) -> dict[str, dict[int, float]]:
    """Of good answers only: how long it took those who were answered."""
    healthy_at = course.healthy_at if course.healthy_at is not None else math.inf
    phases = {
        "before": [a.seconds for a in attempts if a.is_ok and a.begun < course.hurt_at],
        "during": [a.seconds for a in attempts if a.is_ok and course.hurt_at <= a.begun < healthy_at],
        "after": [a.seconds for a in attempts if a.is_ok and a.begun >= healthy_at],
    }
    return {phase: {p: percentile(values, p) for p in PERCENTILES} for phase, values in phases.items() if values}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
