"""`logs`: the journal of one machine or of all, of one component or of all."""

import threading
from collections.abc import Callable, Mapping, Sequence

from mainstay.compiler.compile import compile_plan
from mainstay.grounds import shell
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE


def log_commands(
    site: Site, machines: Sequence[str], component: str | None, lines: int, is_followed: bool
) -> dict[str, tuple[str, ...]]:
    """The journal's command for each machine that runs the component (None: everything on it).

    Raises:
        OperationError: there is no such machine, or none of them runs the component.
    """
    manifests = compile_plan(site.spec, ANY_RELEASE).manifests
    for name in machines:
        if name not in manifests:
            raise OperationError(f"There is no machine named {name}.", f"There are: {', '.join(manifests)}.")
    having = [name for name in machines if component is None or component in manifests[name].parts]
    if not having:
        known = sorted({part for name in machines for part in manifests[name].parts})
        raise OperationError(f"There is no component {component} there.", f"There are: {', '.join(known)}.")
    on = site.switched_on(having)
    options = (f"--lines={lines}", "--no-pager", "--output=short-iso", *(("--follow",) if is_followed else ()))
    wanted = (component,) if component else ()
    return {
        name: ("journalctl", *options, *(f"--unit={s.unit}" for s in manifests[name].only(wanted).services))
        for name in on
    }


def stream(site: Site, commands: Mapping[str, Sequence[str]], say: Callable[[str], None]) -> None:
    """Run a command on each machine at once, and say each line as it comes; with several machines, whose it is."""
    prefix = {name: f"{name}  " if len(commands) > 1 else "" for name in commands}
    running = {name: shell.start(site.ground.reach().command(name, argv)) for name, argv in commands.items()}

    def carry(name: str) -> None:
        for line in running[name].stdout or ():
            say(prefix[name] + line.rstrip("\n"))

    carriers = [threading.Thread(target=carry, args=(name,), daemon=True) for name in commands]
    for carrier in carriers:
        carrier.start()
    try:
        for carrier in carriers:
            carrier.join()
    finally:
        for process in running.values():
            process.terminate()
    _ensure_ended_well(running)


def _ensure_ended_well(running: Mapping[str, shell.Process]) -> None:
    failed = {name: process for name, process in running.items() if process.wait() != 0}
    if failed:
        said = (f"{name}: {(p.stderr.read() if p.stderr else '').strip()}" for name, p in failed.items())
        raise OperationError("\n".join(said), "`mainstay status` shows which machines answer.")
