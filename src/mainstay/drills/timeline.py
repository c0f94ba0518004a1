"""Draws one run: answers per second, how long they took, and what happened when. The only matplotlib."""

import io
import re
from collections.abc import Mapping, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mainstay.drills.attempt import PROBE, READ, WRITE, Attempt
from mainstay.drills.result import Run
from mainstay.drills.verdict import Event

BIN_SECONDS = 0.1
STREAMS = {PROBE: ("probes", "#1f6feb"), READ: ("reads", "#2da44e"), WRITE: ("writes", "#8250df")}
OTHER = "#0f8a8a"
BAD = "#d1242f"
FAULT, DETECTED, HEALED = "#d1242f", "#bf8700", "#2da44e"
SIZE_INCHES = (10.0, 5.2)
DOTS_PER_INCH = 72
"""Of the one dot for each request, which is drawn as an image; all else is lines and text."""
MOST_EVENTS = 100
TOGETHER_SECONDS = 0.5
LABEL_ROWS = 4


def timeline(run: Run) -> str:
    """The run as an `<svg>` element, text as text; the time counts from the hurt."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "mainstay", "font.size": 9, "font.family": "sans-serif"}):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        axes: tuple[Axes, Axes] = tuple(figure.subplots(2, 1, sharex=True))
        zero = run.course.hurt_at
        _draw_rates(axes[0], run.attempts, zero)
        _draw_latency(axes[1], run.attempts, zero)
        for number, axis in enumerate(axes):
            _draw_events(axis, run.course.events[:MOST_EVENTS], zero, is_named=number == 0)
            axis.grid(axis="y", linewidth=0.3)
            axis.spines[["top", "right"]].set_visible(False)
        axes[1].set_xlabel("seconds from the hurt")
        out = io.StringIO()
        figure.savefig(out, format="svg", dpi=DOTS_PER_INCH, metadata={"Date": None, "Creator": None})
    return re.sub(r"^.*?(?=<svg)", "", out.getvalue(), flags=re.DOTALL)


def _draw_rates(axis: Axes, attempts: Sequence[Attempt], zero: float) -> None:
    for kind in sorted({a.kind for a in attempts}):
        name, colour = STREAMS.get(kind, (kind, OTHER))
        rates = _rates([a for a in attempts if a.kind == kind and a.is_ok], zero)
        if rates:
            axis.step(list(rates), list(rates.values()), where="post", color=colour, linewidth=1, label=name)
    if bad := _rates([a for a in attempts if not a.is_ok], zero):
        axis.bar(list(bad), list(bad.values()), BIN_SECONDS, align="edge", color=BAD, label="failed or unknown")
    axis.set_ylabel("answers per second")
    axis.set_ylim(bottom=0)
    axis.legend(loc="lower left", ncols=4, frameon=False, bbox_to_anchor=(0, -0.22))


def _draw_latency(axis: Axes, attempts: Sequence[Attempt], zero: float) -> None:
    for kind in sorted({a.kind for a in attempts}):
        _, colour = STREAMS.get(kind, (kind, OTHER))
        ok = [a for a in attempts if a.kind == kind and a.is_ok]
        axis.plot(
            [a.ended - zero for a in ok], [1000 * a.seconds for a in ok], ".", markersize=2, color=colour,
            rasterized=True,
        )  # fmt: skip
    bad = [a for a in attempts if not a.is_ok]
    axis.plot([a.ended - zero for a in bad], [1000 * max(a.seconds, 1e-4) for a in bad], "x", markersize=3, color=BAD,
              rasterized=True)  # fmt: skip
    axis.set_yscale("log")
    axis.set_ylabel("milliseconds until answered")


def _draw_events(axis: Axes, events: Sequence[Event], zero: float, *, is_named: bool) -> None:
    """A line for each event; those that came together share one label, and labels share four heights."""
    for number, together in enumerate(_together(events)):
        first, more = together[0], f" (and {len(together) - 1} more)" if len(together) > 1 else ""
        colour = FAULT if first.at == zero else DETECTED if first.is_detection else HEALED
        axis.axvline(first.at - zero, color=colour, linewidth=0.8, linestyle="--")
        if is_named:
            height = 1.02 + 0.09 * (number % LABEL_ROWS)
            transform = axis.get_xaxis_transform()
            axis.text(first.at - zero, height, first.what + more, color=colour, fontsize=7, transform=transform)


def _together(events: Sequence[Event]) -> list[list[Event]]:
    """Events of one kind, none later than TOGETHER_SECONDS after the first of them."""
    groups: list[list[Event]] = []
    for event in sorted(events, key=lambda event: (event.is_detection, event.at)):
        last = groups[-1][0] if groups else None
        if last and event.at - last.at < TOGETHER_SECONDS and event.is_detection and last.is_detection:
            groups[-1].append(event)
        else:
            groups.append([event])
    return sorted(groups, key=lambda group: group[0].at)


def _rates(attempts: Sequence[Attempt], zero: float) -> Mapping[float, float]:
    """Bin's begin (seconds from zero) -> endings per second in it; every bin from the first to the last."""
    bins = [round((attempt.ended - zero) // BIN_SECONDS) for attempt in attempts]
    if not bins:
        return {}
    counts = dict.fromkeys(range(min(bins), max(bins) + 2), 0)
    for number in bins:
        counts[number] += 1
    return {number * BIN_SECONDS: count / BIN_SECONDS for number, count in counts.items()}
