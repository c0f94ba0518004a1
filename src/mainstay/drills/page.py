"""The report of drills as one HTML page that needs nothing from elsewhere, and no script."""

from collections.abc import Iterable, Sequence
from html import escape

from mainstay.drills.result import Result
from mainstay.drills.summary import COUNTS, middle
from mainstay.drills.timeline import timeline
from mainstay.drills.verdict import PERCENTILES

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 88rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0 }
th, td { padding: .25rem .7rem .25rem 0; text-align: right; vertical-align: top; border-bottom: 1px solid #d8dee4 }
th { color: #59636e; font-weight: 500 }
th:first-child, td:first-child, td.text, th.text { text-align: left }
h2 { margin-top: 2.5rem; border-top: 2px solid #d8dee4; padding-top: 1rem }
.held { color: #1a7f37; font-weight: 600 } .broken { color: #d1242f; font-weight: 600 }
svg { width: 100%; height: auto } td { white-space: nowrap } .wide { overflow-x: auto }
"""
EXPLAINED = (
    "The gap is the longest time between two good answers that follow each other, of the stream that fared worst. A "
    "request is failed when the site refused it or answered with an error, retried when it was tried once more on a "
    "fresh connection, unknown when it was sent and no answer came: nobody can say whether it was carried out. A write "
    "is lost when it was acknowledged and is not there, unexpected when it is there and was never attempted or is "
    "there twice, recovered when it is there and was never acknowledged."
)


def page(site: str, start: str, results: Sequence[Result]) -> str:
    """The whole page; `start` is when the first drill began, as text."""
    held = sum(result.verdict.held for result in results)
    parts = (
        f"<h1>Drills of {escape(site)}</h1>",
        f"<p>{held} of {len(results)} held. Begun {escape(start)}.</p>",
        f"<p>{EXPLAINED}</p>",
        _summary(results),
        *(_section(result) for result in results),
    )
    head = f'<meta charset="utf-8"><title>Drills of {escape(site)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _summary(results: Sequence[Result]) -> str:
    headings = ("drill", "runs", "", "gap: median", "p95", "max", "limit", *COUNTS, "detected", "told", "redundant")
    rows = (
        (
            f'<a href="#{escape(r.drill.name)}">{escape(r.drill.name)}</a>', r.counted, _verdict(r),
            *(f"{gap:.3f} s" for gap in r.gaps), f"{r.drill.limit_seconds:g} s",
            *(str(r.total(name)) for name in COUNTS), middle(r, "detected_seconds"), middle(r, "alert_seconds"),
            middle(r, "redundant_seconds"),
        )
        for r in results
    )  # fmt: skip
    return _table(headings, rows)


def _section(result: Result) -> str:
    drill, worst = result.drill, result.worst
    why = f"<p>{escape(result.verdict.why)}.</p>" if result.verdict.why else ""
    phases = ((phase, *(f"{1000 * p[n]:.1f} ms" for n in PERCENTILES)) for phase, p in worst.figures.latency.items())
    gaps = ", ".join(f"{kind} {seconds:.3f} s" for kind, seconds in worst.figures.gaps.items())
    several = f" (the worst of {len(result.runs)} runs)" if len(result.runs) > 1 else ""
    return "\n".join(
        (
            f'<h2 id="{escape(drill.name)}">{escape(drill.name)} {_verdict(result)}</h2>',
            f"<p>{escape(drill.does)} {escape(drill.expects)}</p>{why}",
            f"<p>Hurt: {escape(worst.machine)}{several}. Gap by stream: {escape(gaps)}.</p>",
            timeline(worst),
            _table(("latency of good answers", *(f"p{n}" if n < 100 else "max" for n in PERCENTILES)), phases),
        )
    )


def _verdict(result: Result) -> str:
    return '<span class="held">held</span>' if result.verdict.held else '<span class="broken">broken</span>'


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>'
