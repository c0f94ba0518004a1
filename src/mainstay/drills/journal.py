"""The journal of drills in the form of Chaos Toolkit's `journal.json`: one for all that was run together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mainstay import __version__
from mainstay.drills.catalogue import Drill
from mainstay.drills.result import Result, Run, has_held

FORMAT_VERSION = "1.0.0"


def journal(site: str, results: Sequence[Result], is_interrupted: bool = False) -> dict[str, Any]:
    """Plain data: experiment, status, deviated, steady_states, run, rollbacks, start, end, duration.

    Each run of a drill is one activity of `run` (the hurt) and one of `rollbacks` (the healing). It has `deviated` when
    a drill did not hold, which Chaos Toolkit calls a failed experiment.
    """
    runs = [(result, run) for result in results for run in result.runs]
    start = min((run.began_at for _, run in runs), default=0.0)
    end = max((run.ended_at for _, run in runs), default=start)
    held = has_held(results)
    return {
        "chaoslib-version": FORMAT_VERSION,
        "mainstay-version": __version__,
        "experiment": _experiment(site, results),
        "start": _time(start),
        "status": "interrupted" if is_interrupted else "completed" if held else "failed",
        "deviated": not held,
        "steady_states": {
            "before": {"steady_state_met": True, "probes": []},
            "after": {"steady_state_met": held, "probes": [_judgement(result) for result in results]},
            "during": [],
        },
        "run": [_activity(result.drill, run) for result, run in runs],
        "rollbacks": [_rollback(result.drill, run) for result, run in runs],
        "end": _time(end),
        "duration": end - start,
    }


def _experiment(site: str, results: Sequence[Result]) -> Mapping[str, Any]:
    return {
        "title": f"Drills of {site}",
        "description": "Each hurts a part of the site under load, and judges what its visitors noticed.",
        "steady-state-hypothesis": {
            "title": "What each drill expects",
            "probes": [_probe(result.drill) for result in results],
        },
        "method": [_action(result.drill) for result in results],
        "rollbacks": [],
    }


def _probe(drill: Drill) -> dict[str, Any]:
    provider = {"type": "python", "module": "mainstay.drills.verdict", "func": "judge"}
    return {"type": "probe", "name": drill.expects, "tolerance": True, "provider": provider}


def _action(drill: Drill) -> dict[str, Any]:
    provider = {"type": "process", "path": "mainstay", "arguments": ["drill", "run", drill.name]}
    return {"type": "action", "name": drill.name, "provider": provider}


def _judgement(result: Result) -> dict[str, Any]:
    return {
        "activity": _probe(result.drill),
        "status": "succeeded",
        "output": result.to_json(),
        "tolerance_met": result.verdict.held,
    }


def _activity(drill: Drill, run: Run) -> dict[str, Any]:
    events = [{"seconds": round(e.at - run.course.hurt_at, 3), "what": e.what} for e in run.course.events]
    figures = run.figures
    return {
        "activity": _action(drill),
        "output": {
            "machine": run.machine,
            **figures.to_json(),
            "attempted": figures.writes.attempted,
            "gaps": {kind: round(seconds, 3) for kind, seconds in figures.gaps.items()},
            "latency_seconds": {
                phase: {f"p{p}": round(seconds, 4) for p, seconds in values.items()}
                for phase, values in figures.latency.items()
            },
            "late_seconds": round(figures.late_seconds, 3),
            "rest_gap_seconds": round(figures.rest_gap_seconds, 3),
            "events": events,
        },
        "status": "failed" if run.trouble else "succeeded",
        **({"exception": [run.trouble]} if run.trouble else {}),
        "start": _time(run.began_at),
        "end": _time(run.ended_at),
        "duration": run.ended_at - run.began_at,
    }


def _rollback(drill: Drill, run: Run) -> dict[str, Any]:
    healed = run.figures.redundant_seconds
    return {
        "activity": {"type": "action", "name": f"heal {run.machine} after {drill.name}"},
        "status": "failed" if healed is None else "succeeded",
        "duration": healed or 0.0,
    }


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
