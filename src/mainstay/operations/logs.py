"""`logs`: the journals of machines; of one that does not answer, what a machine that monitors has of it."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mainstay.compiler.compile import compile_plan
from mainstay.components.journal_remote.component import kept_as
from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.model.install import Service
from mainstay.model.plan import Plan
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE

REQUEST = re.compile(r"[0-9A-Za-z-]{8,64}")
ENTRY = re.compile(r"\d{4}-\d\d-\d\dT")
NOTHING_FOUND = 1
"""How journalctl ends when its pattern is in no entry."""


@dataclass(frozen=True)
class Wanted:
    """Which entries: the last `lines`, not before `since` (as journalctl takes it; "" goes back to the first)."""

    lines: int = 50
    since: str = ""
    is_followed: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """As options of journalctl."""
        since = (f"--since={self.since}",) if self.since else ()
        followed = ("--follow",) if self.is_followed else ()
        return (f"--lines={self.lines}", "--output=short-iso", *since, *followed)


@dataclass(frozen=True)
class Reading:
    """Whose journal is read on which machine, the journal's own or one that has a copy, and by which command."""

    whose: str
    on: str
    command: tuple[str, ...]

    @property
    def is_copy(self) -> bool:
        """Whether it is read elsewhere than where it was written."""
        return self.whose != self.on


def readings(site: Site, machines: Sequence[str], component: str | None, wanted: Wanted) -> tuple[Reading, ...]:
    """How to read each machine's journal of a component (None: everything).

    Raises:
        OperationError: there is no such machine, or none of them runs the component, or nobody has any of it.
    """
    plan = compile_plan(site.spec, ANY_RELEASE)
    having = _having(plan, machines, component)
    only = (component,) if component else ()
    units = {name: [f"--unit={u}" for u in speaking(plan.manifests[name].only(only).services)] for name in having}
    return tuple(
        Reading(whose, on, ("journalctl", "--no-pager", *copy, *wanted.options, *units[whose]))
        for whose, on, copy in _places(site, plan, having)
    )


def request_readings(site: Site, machines: Sequence[str], request: str, since: str) -> tuple[Reading, ...]:
    """How to find what each machine's journal says of one request.

    Raises:
        OperationError: that is no identifier of a request, or there is no such machine, or nobody has any journal.
    """
    if not REQUEST.fullmatch(request):
        raise OperationError(
            f"{request} is no identifier of a request.",
            "It stands in an answer's header X-Request-ID, such as 73cd246c-4a5f-4a6e-9d5c-6b1f0a8f2e11.",
        )
    plan = compile_plan(site.spec, ANY_RELEASE)
    options = ("--no-pager", "--utc", "--output=short-iso-precise", f"--since={since}", f"--grep={request}")
    return tuple(
        Reading(whose, on, ("journalctl", *copy, *options))
        for whose, on, copy in _places(site, plan, _having(plan, machines, None))
    )


def speaking(services: Sequence[Service]) -> tuple[str, ...]:
    """The units in whose name something is logged: beside one that starts a service now and then, that service."""
    units = [service.unit for service in services]
    started = [f"{unit.rpartition('.')[0]}.service" for unit in units if unit.endswith((".timer", ".path", ".socket"))]
    return tuple(dict.fromkeys((*units, *started)))


def _having(plan: Plan, machines: Sequence[str], component: str | None) -> list[str]:
    """Those of the machines that run the component."""
    manifests = plan.manifests
    for name in machines:
        if name not in manifests:
            raise OperationError(f"There is no machine named {name}.", f"There are: {', '.join(manifests)}.")
    having = [name for name in machines if component is None or component in manifests[name].parts]
    if not having:
        known = sorted({part for name in machines for part in manifests[name].parts})
        raise OperationError(f"There is no component {component} there.", f"There are: {', '.join(known)}.")
    return having


def _places(site: Site, plan: Plan, machines: Sequence[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Of each machine: its name, where its journal is read, and which files of there, none for the machine's own."""
    addresses = {machine.name: machine for machine in plan.machines}
    collecting = [name for name, manifest in plan.manifests.items() if "journal_remote" in manifest.parts]
    answers = _answering(site, {*machines, *collecting})
    copies = [name for name in collecting if name in answers]
    found = [name for name in machines if name in answers or set(copies) - {name}]
    if not found:
        raise OperationError(
            f"{', '.join(machines)} cannot be reached, and nobody has a copy of what it logged.",
            "`mainstay status` shows which answer. With `monitoring` on, the machines that run it have copies.",
        )
    for name in found:
        if name in answers:
            yield name, name, ()
        else:
            yield name, next(copy for copy in copies if copy != name), (f"--file={kept_as(addresses[name])}",)


def _answering(site: Site, machines: set[str]) -> set[str]:
    """Those of the machines that are switched on and let us in."""
    reach, known = site.ground.reach(), site.ground.members()
    if not known:
        raise OperationError(f"{site.spec.name} has not been made yet.", "Run `mainstay up`.")

    def answers(name: str) -> bool:
        try:
            return reach.run(name, ("true",), seconds=20).is_success
        except GroundError:
            return False

    on = sorted(name for name in machines if known.get(name))
    return {name for name, is_there in reach.on_each(on, answers).items() if is_there}


def stream(site: Site, wanted: Sequence[Reading], say: Callable[[str], None]) -> None:
    """Read all at once, and say each line as it comes; of several machines, whose it is."""
    prefix = {reading.whose: f"{reading.whose}  " if len(wanted) > 1 else "" for reading in wanted}
    reach = site.ground.reach()
    running = {reading.whose: shell.start(reach.command(reading.on, reading.command)) for reading in wanted}

    def carry(name: str) -> None:
        for line in running[name].stdout or ():
            say(prefix[name] + line.rstrip("\n"))

    carriers = [threading.Thread(target=carry, args=(name,), daemon=True) for name in running]
    for carrier in carriers:
        carrier.start()
    try:
        for carrier in carriers:
            carrier.join()
    finally:
        for process in running.values():
            process.terminate()
    _ensure_ended_well(running)


def of_request(site: Site, wanted: Sequence[Reading]) -> tuple[str, ...]:
    """What all of them say of the request, by time, each entry with the machine's name before it.

    Raises:
        OperationError: none says anything, or one could not be read.
    """
    reach = site.ground.reach()
    by_name = {reading.whose: reading for reading in wanted}
    done = reach.on_each(list(by_name), lambda name: reach.run(by_name[name].on, by_name[name].command))
    failed = {name: answer for name, answer in done.items() if answer.status not in (0, NOTHING_FOUND)}
    if failed:
        said = "\n".join(f"{name}: {answer.errors.strip()}" for name, answer in failed.items())
        raise OperationError(said, "`mainstay status` shows which machines answer.")
    found = [(entry, name) for name, answer in done.items() for entry in entries(answer.output)]
    if not found:
        raise OperationError("No log says anything of this request.", "`--since` looks further back.")
    return tuple(f"{name}  {entry}" for entry, name in sorted(found))


def entries(output: str) -> list[str]:
    """What journalctl has printed, by entry: one may have several lines, of which the first begins with the time."""
    found: list[str] = []
    for line in output.splitlines():
        if ENTRY.match(line):
            found.append(line)
        elif found and line[:1].isspace():
            found[-1] += f"\n{line}"
    return found


def _ensure_ended_well(running: Mapping[str, shell.Process]) -> None:
    failed = {name: process for name, process in running.items() if process.wait() != 0}
    if failed:
        said = (f"{name}: {(p.stderr.read() if p.stderr else '').strip()}" for name, p in failed.items())
        raise OperationError("\n".join(said), "`mainstay status` shows which machines answer.")
