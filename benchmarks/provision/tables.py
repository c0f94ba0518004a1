"""Puts the figures of results.json into docs/performance.md, between its two marks."""

import json
from collections.abc import Iterator
from typing import Any

from workplace import HERE, REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by benchmarks/provision/tables.py -->", "<!-- end of figures -->"
TARGETS = (
    ("the image, built from nothing", "image, from nothing", 150.0),
    ("`up` from nothing, the image there: three machines", "mainstay up, from nothing", 60.0),
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
    computer, versions = results["computer"], results["versions"]
    load = ", ".join(str(value) for value in results["load_average_at_start"])
    highest = max(max(figure["load_before"]) for figure in figures.values())
    yield (
        f"{computer['cores']} cores, {computer['memory_gib']} GiB, {computer['system']}, CPython {computer['python']}; "
        f"Mainstay at {results['commit']}, ansible-core {versions['ansible-core']}, pyinfra {versions['pyinfra']}."
    )
    yield f"The load average was {load} at the start and at most {highest} before any run."
    yield from ("", "| | target, s | median, s | range, s | runs |", "|---|---|---|---|---|")
    for title, name, target in TARGETS:
        if figure := figures.get(name):
            yield f"| {title} | {target:g} | {_seconds(figure)} | {_range(figure)} | {len(figure['runs'])} |"
    boot = figures["booting three machines"]
    yield f"| of that, booting three machines | | {_seconds(boot)} | {_range(boot)} | {len(boot['runs'])} |"
    yield from ("", "On machines that are booted already (median; range; how many times Mainstay's median):", "")
    yield "| | first run, until both servers answer, s | | nothing to do, s | |"
    yield "|---|---|---|---|---|"
    for title, first, again in TOOLS:
        yield f"| {title} | {_beside(figures, first + SERVED, 1)} | {_beside(figures, again, 2)} |"
    yield from ("", "Processor seconds (median), on the operator's side + inside the machines:", "")
    yield from ("| | first run | | nothing to do | |", "|---|---|---|---|---|")
    for title, first, again in TOOLS:
        yield f"| {title} | {_cpu(figures, first, 1)} | {_cpu(figures, again, 2)} |"


def _beside(figures: Figures, name: str, column: int) -> str:
    figure, ours = figures[name], figures[TOOLS[0][column] + (SERVED if column == 1 else "")]
    return f"{_seconds(figure)}; {_range(figure)} | {figure['median'] / ours['median']:.1f}"


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
