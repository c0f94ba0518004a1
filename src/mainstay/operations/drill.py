"""`drill`: hurt a part under load, heal it, and judge what the visitors noticed."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

from mainstay.compiler.compile import compile_plan
from mainstay.drills.catalogue import Drill, catalogue
from mainstay.drills.hurting import Hurt
from mainstay.drills.load import Load, LoadError
from mainstay.drills.result import Result, Run
from mainstay.drills.stolen import spent
from mainstay.drills.told import Expected, Told
from mainstay.drills.verdict import Course, Event, Verdict, Writes, compare, is_disturbed, judge, measure
from mainstay.drills.witness import tell
from mainstay.grounds.ground import Report
from mainstay.operations.addresses import astray
from mainstay.operations.alerting.watch import Watch
from mainstay.operations.database.keepers import command
from mainstay.operations.drilled import WHILE_WATCHED, ensure_possible, load_for, victim_of
from mainstay.operations.errors import OperationError
from mainstay.operations.heal import hand_of, heal_all
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE, status

SETTLE_SECONDS = 1.2
AFTERWARDS_SECONDS = 1.0
HEALTHY_SECONDS = 90.0
POLL_SECONDS = 0.5
NICENESS = 10


def drills_of(site: Site) -> tuple[Drill, ...]:
    """The catalogue of this site."""
    return catalogue(compile_plan(site.spec, ANY_RELEASE).exposures, site.machines)


def chosen(site: Site, names: Sequence[str]) -> tuple[Drill, ...]:
    """The drills of these names, or all.

    Raises:
        OperationError: the site has no such drill.
    """
    known = drills_of(site)
    if tuple(names) == ("all",):
        return known if site.spec.in_lab else tuple(drill for drill in known if drill.is_for_servers)
    by_name = {drill.alias: drill for drill in known} | {drill.name: drill for drill in known}
    for name in names:
        if name not in by_name:
            raise OperationError(f"{site.spec.name} has no drill named {name}.", "`mainstay drill list` shows them.")
    return tuple(by_name[name] for name in names)


def run(
    site: Site, drills: Sequence[Drill], repeat: int, report: Report, watch: Watch | None = None
) -> Iterator[Result]:
    """Each drill so many times, one after the other; gives each one's result as soon as it has it.

    With a `watch` each is left hurt until people are told. A run that this computer's own host disturbed is made
    again, once for each that was asked for.
    """
    ensure_possible(site, drills)
    is_well = False

    def carry_out(drill: Drill, number: int) -> Run:
        nonlocal is_well
        if not is_well:
            _make_well(site, report)
        is_well = False
        run = _run(site, drill, number, report, watch)
        is_well = run.course.healthy_at is not None
        return run

    with only_operator(site):
        for drill in drills:
            yield from of_finished(drill, until_measured(partial(carry_out, drill), repeat))


def until_measured(carry_out: Callable[[int], Run], repeat: int) -> Iterator[Run]:
    """So many runs that were not disturbed, or twice as many in all."""
    measured = 0
    for number in range(2 * repeat):
        run = carry_out(number)
        yield run
        measured += not is_disturbed(run.figures)
        if measured == repeat:
            return


def of_finished(drill: Drill, runs: Iterable[Run]) -> Iterator[Result]:
    """The result of a drill's runs; of those that were finished, where something breaks them off."""
    done: list[Run] = []
    try:
        done.extend(runs)
    finally:
        if done:
            yield Result(drill, _slim(done), _judged(drill, done))


def _run(site: Site, drill: Drill, number: int, report: Report, watch: Watch | None) -> Run:
    """One run of a healthy site as a runbook."""
    if site.spec.is_failover_automatic:
        command(site, "ack")  # what is done on purpose is no sign of a database that fails again and again
    hurt = victim_of(site, drill, number)
    share = WHILE_WATCHED if watch and drill.alerts else 1.0
    load, began_at, before = load_for(site, drill, share), time.time(), spent()
    with load.running():
        report("", f"{drill.name}: letting the load settle")
        time.sleep(SETTLE_SECONDS)
        report(hurt.machine, f"{drill.name}, run {number + 1}")
        course = _hurt_and_heal(site, drill, hurt, report, watch)
        time.sleep(AFTERWARDS_SECONDS)
    stolen = spent().percent_stolen_since(before)
    report(hurt.machine, "")
    report("", "reading back what was written")
    events = tell(site.ground.reach(), _running(site), course.hurt_at, time.time() - time.monotonic())
    course = replace(
        course, events=(*course.events, *events), told=_ended(course, watch, _expected(drill, hurt, began_at), report)
    )
    writes, trouble = _writes(load)
    trouble = "; ".join(filter(None, (trouble, astray(site))))
    attempts = load.attempts()
    figures = replace(measure(attempts, course, writes, drill.recovers_by_itself), stolen_percent=stolen)
    report("", "")
    return Run(hurt.machine, began_at, time.time(), course, figures, attempts, trouble)


def _make_well(site: Site, report: Report) -> None:
    """Undo what an earlier drill has left."""
    for hurt in heal_all(site):
        report(hurt.machine, f"healed of {hurt.act}, which an earlier drill had left")
    report("", "waiting until all is healthy")
    _wait_until_healthy(site)


def _hurt_and_heal(site: Site, drill: Drill, hurt: Hurt, report: Report, watch: Watch | None) -> Course:
    """Hurt, hold, heal, wait until all is healthy; whatever breaks this off, it is healed."""
    with _healed_afterwards(site):
        hurt_at, hurt_on = time.monotonic(), time.time()
        hand_of(site).hurt(hurt)
        if drill.recovers_by_itself:
            healthy_at = _healthy_at(site)
        time.sleep(max(0.0, hurt_at + drill.hold_seconds - time.monotonic()))
        told = watch.until_told(_expected(drill, hurt, hurt_on)) if watch and drill.alerts else None
        report(hurt.machine, "healing")
        heal_at = time.monotonic()
    report(hurt.machine, "waiting until all is healthy again")
    if not drill.recovers_by_itself:
        healthy_at = _healthy_at(site)
    events = [Event(hurt_at, f"{hurt.machine}: {drill.act}"), Event(heal_at, "healing")]
    if healthy_at is not None:
        events.append(Event(healthy_at, "all healthy"))
    return Course(hurt_at, heal_at, healthy_at, tuple(events), is_watched=watch is not None, told=told)


def _expected(drill: Drill, hurt: Hurt, since: float) -> Expected:
    return Expected(drill.alerts, hurt.machine, since, drill.also)


def _ended(course: Course, watch: Watch | None, expected: Expected, report: Report) -> Told | None:
    """What people were told, and whether they are told that it is over."""
    if watch is None or course.told is None:
        return course.told
    report("", f"waiting until {course.told.alert} is over")
    return watch.until_over(course.told, expected)


@contextmanager
def _giving_way() -> Iterator[None]:
    """What looks at the site gives way to its visitors: else a status would itself be the gap that is measured.

    What hurts and heals does not: a machine that it switches on has its priority.
    """
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(before, NICENESS))
    try:
        yield
    finally:
        with suppress(PermissionError):  # only root may go back
            os.setpriority(os.PRIO_PROCESS, 0, before)


@contextmanager
def _healed_afterwards(site: Site) -> Iterator[None]:
    try:
        yield
    finally:
        heal_all(site)


def _wait_until_healthy(site: Site) -> None:
    """Return when every part is healthy.

    Raises:
        OperationError: it is not in time; a drill on a sick site would say nothing.
    """
    if _healthy_at(site) is None:
        found = status(site)
        sick = [f"  {name}: {seen.why}" for name, seen in found.examined.items() if not seen.is_healthy]
        said = "\n".join((*sick, f"  {found.database_sentence}", *filter(None, [astray(site), found.ended_sentence])))
        raise OperationError(f"Not healthy within {HEALTHY_SECONDS:g} s:\n{said}", "Heal it first: `mainstay up`.")


def _healthy_at(site: Site) -> float | None:
    """Wait until every part is healthy; the moment at which it was found so, None if it is not in time."""
    begun = time.monotonic()
    with _giving_way():
        while time.monotonic() - begun < HEALTHY_SECONDS:
            time.sleep(POLL_SECONDS)  # first: what starts now is not to share the processor with whoever asks for it
            if status(site).is_healthy and not astray(site):
                return time.monotonic()
    return None


def _writes(load: Load) -> tuple[Writes, str]:
    """What became of the writes; or why that cannot be said."""
    try:
        return compare(load.ledger(), load.read_back()), ""
    except LoadError as error:
        ledger = load.ledger()
        return Writes(len(ledger.attempted), len(ledger.acknowledged)), error.what


def _slim(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs with the requests of the worst only: those of all would fill the memory; they are in the files."""
    worst = max(runs, key=lambda run: run.figures.gap_seconds)
    return tuple(run if run is worst else replace(run, attempts=()) for run in runs)


def _running(site: Site) -> list[str]:
    return [name for name, is_on in site.ground.members().items() if is_on]


def _judged(drill: Drill, runs: Sequence[Run]) -> Verdict:
    verdict = judge(drill, [run.figures for run in runs])
    troubles = tuple(dict.fromkeys(run.trouble for run in runs if run.trouble))
    return Verdict(False, "; ".join(filter(None, (verdict.why, *troubles)))) if troubles else verdict
