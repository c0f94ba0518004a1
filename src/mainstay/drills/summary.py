"""Drills on the terminal: the catalogue, and what came of those that were run."""

from collections.abc import Sequence

from rich.table import Table

from mainstay.drills.catalogue import Drill
from mainstay.drills.result import Result
from mainstay.drills.verdict import percentile

COUNTS = ("failed", "retried", "unknown", "acknowledged", "lost", "unexpected", "recovered")


def catalogue_table(drills: Sequence[Drill]) -> Table:
    """Every drill, what it does, and the longest time without an answer."""
    table = _table("drill", "what it does", "limit")
    for drill in drills:
        table.add_row(f"[bold]{drill.name}[/]", drill.does, f"{drill.limit_seconds:g} s")
    return table


def summary_table(results: Sequence[Result]) -> Table:
    """A line for each drill: verdict, gap (median, 95th percentile, maximum against the limit), counts, why not."""
    table = _table(
        "drill", "runs", "held", "gap: median / p95 / max", "limit", *COUNTS, "detected", "told", "redundant", "why"
    )
    for result in results:
        held = "[green]held[/]" if result.verdict.held else "[red]broken[/]"
        gaps = " / ".join(f"{gap:.2f}" for gap in result.gaps)
        counts = (str(result.total(name)) for name in COUNTS)
        table.add_row(
            f"[bold]{result.drill.name}[/]", result.counted, held, f"{gaps} s",
            f"{result.drill.limit_seconds:g} s", *counts, middle(result, "detected_seconds"),
            middle(result, "alert_seconds"), middle(result, "redundant_seconds"), result.verdict.why,
        )  # fmt: skip
    return table


def middle(result: Result, name: str) -> str:
    """The median over all runs of a figure in seconds; "-" where no run has it."""
    values = [value for run in result.runs if (value := run.figures.to_json()[name]) is not None]
    return f"{percentile([float(str(value)) for value in values], 50):.2f} s" if values else "-"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", header_style="dim", no_wrap=heading == headings[0])
    return table
