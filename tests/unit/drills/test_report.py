"""What drills showed: the journal for programs, the page for people, what the balancers' journals told."""

import json

from mainstay.drills.attempt import FAILED, OK, PROBE, WRITE, Attempt
from mainstay.drills.catalogue import Drill
from mainstay.drills.journal import journal
from mainstay.drills.page import page
from mainstay.drills.result import Result, Run, has_held
from mainstay.drills.verdict import Course, Event, Verdict, Writes, judge, measure
from mainstay.drills.witness import events_in

DRILL = Drill("balancer-power-off", "balancer-power-off", "balancer", "power-off", 0.5)
ATTEMPTS = tuple(
    Attempt(kind, 100 + n / 10, 100 + n / 10, 100.01 + n / 10, FAILED if 20 <= n < 80 else OK)
    for kind in (PROBE, WRITE)
    for n in range(120)
)


def a_result() -> Result:
    """The balancer was off from the second second to the eighth."""
    events = (Event(102.0, "lb-01: power-off"), Event(103.0, "srv-01: <b> is DOWN", True), Event(107.0, "healing"))
    course = Course(102.0, 107.0, 108.0, events)
    figures = measure(ATTEMPTS, course, Writes(120, 60))
    return Result(
        DRILL, (Run("lb-01", 1_700_000_000.0, 1_700_000_012.0, course, figures, ATTEMPTS),), judge(DRILL, [figures])
    )


def test_the_stable_form_of_a_result() -> None:
    assert a_result().to_json() == {
        "drill": "balancer-power-off",
        "runs": [
            {
                "gap_seconds": 6.01,
                "failed": 120,
                "unknown": 0,
                "retried": 0,
                "acknowledged": 60,
                "lost": 0,
                "unexpected": 0,
                "recovered": 0,
                "detected_seconds": 1.0,
                "redundant_seconds": 1.0,
                "stolen_percent": 0.0,
                "alert": None,
                "alert_seconds": None,
                "other_alerts": [],
            }
        ],
        "held": False,
        "why": "6.01 s without a good answer (probe), where 0.5 s is the limit",
    }


def test_the_journal_is_in_chaos_toolkits_form() -> None:
    told = json.loads(json.dumps(journal("shop", [a_result()])))
    wanted = {"experiment", "start", "status", "deviated", "steady_states", "run", "rollbacks", "end", "duration"}
    assert wanted <= told.keys()
    assert (told["status"], told["deviated"]) == ("failed", True)
    assert (told["start"], told["end"]) == ("2023-11-14T22:13:20+00:00", "2023-11-14T22:13:32+00:00")
    assert [activity["output"]["gaps"] for activity in told["run"]] == [{"probe": 6.01, "write": 6.01}]
    assert [probe["tolerance_met"] for probe in told["steady_states"]["after"]["probes"]] == [False]


def test_a_journal_that_was_broken_off_says_so() -> None:
    held = Result(DRILL, a_result().runs, Verdict(held=True))
    assert journal("shop", [held])["status"] == "completed"
    assert journal("shop", [held], is_interrupted=True)["status"] == "interrupted"


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text = page("shop", "2023-11-14T22:13:20+00:00", [a_result()])
    assert "<svg" in text
    assert "balancer-power-off" in text
    assert "srv-01: &lt;b&gt; is DOWN" in text
    assert not any(sign in text for sign in ("<script", "<link", 'src="http', "@import"))


def test_all_must_have_held() -> None:
    held = Result(DRILL, a_result().runs, Verdict(held=True))
    assert has_held([held, held])
    assert not has_held([held, a_result()])


def test_the_balancers_journal_tells_who_noticed_what() -> None:
    said = [
        "Server app/srv-02 is DOWN, reason: Layer4 timeout, check duration: 500ms.",
        "[WARNING]  (1057) : Server app/srv-02 is DOWN, reason: Layer4 timeout, check duration: 500ms.",
        "Server app/srv-02 is UP, reason: Layer7 check passed.",
        "(VI_1) Entering MASTER STATE",
        "Loading success.",
    ]
    lines = [json.dumps({"__REALTIME_TIMESTAMP": str(5_000_000 + n), "MESSAGE": text}) for n, text in enumerate(said)]
    assert [(event.what, event.is_detection) for event in events_in("lb-01", "\n".join(lines), 1.0)] == [
        ("lb-01: app/srv-02 is DOWN", True),
        ("lb-01: app/srv-02 is UP", False),
        ("lb-01 is MASTER", True),
    ]
