"""Puts the figures of results.json into docs/performance.md, between its two marks."""

import json
from collections.abc import Iterator
from typing import Any

from workplace import HERE, REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by benchmarks/provision/tables.py -->", "<!-- end of figures -->"
TARGETS: tuple[tuple[str, str, float | None], ...] = (
    ("the image, built from nothing", "image, from nothing", 150.0),
    ("`up` from nothing, the image there: three machines", "mainstay up, from nothing", 60.0),
    ("booting the three machines, which is a part of it", "booting three machines", None),
    ("`up`, nothing to do", "mainstay up, nothing to do", 3.0),
    ("the same, no SSH connection open", "mainstay up, nothing to do, no connection open", 3.0),
    ("`plan`, nothing to do", "mainstay plan, nothing to do", 3.0),
    ("`mainstay --help`", "mainstay --help", 0.3),
)
TOOLS = (
    ("Mainstay", "mainstay up, on booted machines", "mainstay up, nothing to do"),
    ("pyinfra", "pyinfra, first run", "pyinfra, nothing to do"),
    ("Ansible, linear", "ansible, first run", "ansible, nothing to do"),
    ("Ansible, free", "ansible free, first run", "ansible free, nothing to do"),
)
RULE = "|---|---|---|---|---|"
COMPARED = """On machines that are booted already: seconds (median; range; runs), and how many times Mainstay's, median
to median and fastest to fastest run:"""
PROCESSOR = (
    """Processor seconds (median), on the operator's side + inside the machines, and how many times Mainstay's sum:"""
)
SERVED = ", until both servers answer"
Figures = dict[str, dict[str, Any]]


def main() -> None:
    """Replace what stands between the marks."""
    results = json.loads((HERE / "results.json").read_text())
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(_lines(results)) + "\n" + END + after)


def _lines(results: dict[str, Any]) -> Iterator[str]:
    figures: Figures = results["figures"]
    yield from _circumstances(results)
    yield from ("", "| | target, s | median, s | range, s | runs |", RULE)
    for title, name, target in TARGETS:
        if figure := figures.get(name):
            wanted = "" if target is None else f"{target:g}"
            yield f"| {title} | {wanted} | {_seconds(figure)} | {_range(figure)} | {len(figure['runs'])} |"
    yield from ("", COMPARED, "", "| | first run, until both servers answer | times | nothing to do | times |", RULE)
    for title, first, again in TOOLS:
        yield f"| {title} | {_beside(figures, first + SERVED, 1)} | {_beside(figures, again, 2)} |"
    yield from ("", PROCESSOR, "", "| | first run | times | nothing to do | times |", RULE)
    for title, first, again in TOOLS:
        yield f"| {title} | {_cpu(figures, first, 1)} | {_cpu(figures, again, 2)} |"


def _circumstances(results: dict[str, Any]) -> Iterator[str]:
    computer, versions = results["computer"], results["versions"]
    loads = [load for figure in results["figures"].values() for load in figure["load_before"]]
    yield f"{computer['cores']} cores, {computer['memory_gib']} GiB, {computer['system']}, CPython"
    yield f"{computer['python']}, Mainstay at {results['commit']}, ansible-core {versions['ansible-core']}"
    yield f"({results['ansible_tasks']} tasks), pyinfra {versions['pyinfra']}"
    yield f"({results['pyinfra_operations']} operations)."
    start = ", ".join(str(value) for value in results["load_average_at_start"])
    yield f"The load average was {start} at the start, and {min(loads)} to {max(loads)} before the single runs."


def _beside(figures: Figures, name: str, column: int) -> str:
    figure, ours = figures[name], figures[TOOLS[0][column] + (SERVED if column == 1 else "")]
    times = f"{figure['median'] / ours['median']:.1f}, {figure['min'] / ours['min']:.1f}"
    return f"{_seconds(figure)}; {_range(figure)}; {len(figure['runs'])} | {times}"


def _cpu(figures: Figures, name: str, column: int) -> str:
    figure, ours = figures[name], figures[TOOLS[0][column]]
    used = f"{figure['operator_cpu_median']:.1f} + {figure['machines_cpu_median']:.1f}"
    return f"{used} | {_total(figure) / _total(ours):.1f}"


def _total(figure: dict[str, Any]) -> float:
    return float(figure["operator_cpu_median"] + figure["machines_cpu_median"])


def _seconds(figure: dict[str, Any]) -> str:
    return f"{figure['median']:.3g}" if figure["median"] >= 1 else f"{figure['median']:.2f}"


def _range(figure: dict[str, Any]) -> str:
    digits = 2 if figure["max"] < 10 else 1
    return f"{figure['min']:.{digits}f} to {figure['max']:.{digits}f}"


if __name__ == "__main__":
    main()
