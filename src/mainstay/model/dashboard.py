"""What a person looks at first: panels, which stand in rows of dashboards. How they are drawn is said elsewhere.

An expression is PromQL, and may hold two of Grafana's variables: `$machine`, which the dashboard lets one choose, as a
regular expression, and `$__rate_interval`, a time that is right for `rate` whatever span is looked at.
"""

from dataclasses import dataclass

GOOD, DOUBTFUL, BAD = "green", "orange", "red"


@dataclass(frozen=True)
class Query:
    """A question to Prometheus; `legend` names what it gives, by labels in double braces."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Step:
    """From a number on (None: from the lowest) a value is shown in a colour."""

    colour: str
    at: float | None = None


@dataclass(frozen=True)
class Panel:
    """One thing to look at.

    kind "graph":  lines over time.
    kind "number": how much it is now; "name": what it is called now.
    kind "states": what each was and when, as bars; `words` say what the numbers mean.
    kind "table":  the labels of what there is now.
    `unit` is one of Grafana's; `about` says how to read it, where the title does not. `width` is in 24ths of the page,
    at least so much; `height` in lines of 30 pixels.
    """

    title: str
    queries: tuple[Query, ...]
    kind: str = "graph"
    unit: str = "short"
    steps: tuple[Step, ...] = (Step(GOOD),)
    words: tuple[tuple[int, str], ...] = ()
    about: str = ""
    width: int = 8
    height: int = 7


@dataclass(frozen=True)
class Row:
    """Panels of one component for a row of a dashboard, both by their names; other components may add theirs."""

    dashboard: str
    title: str
    panels: tuple[Panel, ...]


def bad_from(doubtful: float, bad: float | None = None) -> tuple[Step, ...]:
    """The higher the worse; with one number there is nothing between good and bad."""
    if bad is None:
        return Step(GOOD), Step(BAD, doubtful)
    return Step(GOOD), Step(DOUBTFUL, doubtful), Step(BAD, bad)


def good_from(good: float) -> tuple[Step, ...]:
    """Bad below a number."""
    return Step(BAD), Step(GOOD, good)


EXACTLY_ONE = (Step(BAD), Step(GOOD, 1), Step(BAD, 2))
YES_OR_NO = ((0, "no"), (1, "yes"))


def graph(title: str, *queries: Query, unit: str = "short", about: str = "", width: int = 8, height: int = 7) -> Panel:
    """Lines over time."""
    return Panel(title, queries, unit=unit, about=about, width=width, height=height)


def whether(title: str, *queries: Query, about: str = "", width: int = 8, height: int = 7) -> Panel:
    """A yes that is good and a no that is bad, over time."""
    return Panel(title, queries, "states", steps=good_from(1), words=YES_OR_NO, about=about, width=width, height=height)
