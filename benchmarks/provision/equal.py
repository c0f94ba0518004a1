"""Whether the machines hold what the manifests say, whoever put it there."""

import json
import shlex
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from wanted import Wanted
from workplace import PORT, run

from mainstay.compiler.difference import difference
from mainstay.model.change import Unit
from mainstay.model.manifest import Manifest
from mainstay.model.state import MachineState
from mainstay.operations.database import sql
from mainstay.operations.database.accounts import wanted_accounts
from mainstay.operations.database.observe import observe, primary_of
from mainstay.provision.question import understand

NOWHERE = "/nonexistent"
DIGEST_OF_TREE = "cd {path} && find . -type f -not -name '*.pyc' -exec sha256sum {{}} + | sort -k2 | sha256sum"
SITE_SECONDS = 20.0


def ensure_equal(wanted: Wanted) -> float:
    """Compare every machine, the databases and the site's answers; gives the seconds until both servers answered.

    Raises:
        AssertionError: something differs; all of it is named.
    """
    seconds = _wait_for_both_servers(wanted)
    wrong = [*_machines(wanted), *_releases(wanted), *_databases(wanted)]
    if wrong:
        raise AssertionError("the end state differs:\n" + "\n".join(wrong))
    return seconds


def _machines(wanted: Wanted) -> Iterator[str]:
    """Mainstay's own comparison, with its own question; the manifest stands in for the record on the machine."""
    script = resources.files("mainstay.provision").joinpath("remote", "describe.py").read_text()
    reach = wanted.site.ground.reach()
    for name, manifest in wanted.manifests.items():
        ask = ("python3", "-c", script, "/dev/stdin", NOWHERE, NOWHERE)
        state = understand(json.loads(reach.run_or_fail(name, ask, given=json.dumps(manifest.to_json()))))
        yield from (f"{name}: {said}" for said in _differences(manifest, state))


def _differences(manifest: Manifest, state: MachineState) -> Iterator[str]:
    """Nobody but Mainstay notes what a unit was started with: of a unit it only counts that it runs and is enabled."""
    for change in difference(manifest, manifest, replace(state, record=None)):
        if isinstance(change.subject, Unit):
            unit = state.units[change.subject.name]
            if unit.active and unit.enabled:
                continue
        yield change.summary


def _releases(wanted: Wanted) -> Iterator[str]:
    """Every file of the unpacked release, compared by one digest."""
    reach = wanted.site.ground.reach()
    expected = _digest_of_archive(wanted.archive)
    for name, manifest in wanted.manifests.items():
        for bundle in (bundle for part in manifest.parts.values() for bundle in part.bundles):
            order = DIGEST_OF_TREE.format(path=shlex.quote(bundle.path))
            if reach.run_or_fail(name, ("sh", "-c", order)).split()[0] != expected:
                yield f"{name}: {bundle.path} does not hold what the archive holds"


def _digest_of_archive(archive: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="tar")
        return run("sh", "-c", DIGEST_OF_TREE.format(path=folder)).split()[0]


def _databases(wanted: Wanted) -> Iterator[str]:
    """One primary, the others follow it, every account is there."""
    reach = wanted.site.ground.reach()
    members = observe(reach, wanted.databases)
    primary, *replicas = wanted.databases
    if primary_of(members) != primary:
        yield f"the primary is {primary_of(members)}"
    yield from (f"{name}: {members[name].state}" for name in replicas if not members[name].is_following)
    there = {(row["user"], row["host"]) for row in sql.run(reach, primary, "SELECT user, host FROM mysql.user")[0]}
    accounts = wanted_accounts(wanted.site.machines, wanted.site.spec.name)
    yield from (f"no account {a.user}@{a.host}" for a in accounts if (a.user, a.host) not in there)


def _wait_for_both_servers(wanted: Wanted) -> float:
    """Ask through the balancer until both have answered, reading from the replica and writing to the primary."""
    expected = {machine.name for machine in wanted.site.running("app")}
    primary, replica = wanted.databases[0], wanted.databases[-1]
    began = time.monotonic()
    seen: dict[str, object] = {}
    while time.monotonic() - began < SITE_SECONDS:
        if answer := _whoami():
            seen[str(answer["server"])] = (answer["write_host"], answer["read_host"])
        if seen == dict.fromkeys(expected, (primary, replica)):
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"the site answered only so: {seen}")


def _whoami() -> dict[str, object]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/whoami", timeout=5) as response:
            answer: dict[str, object] = json.load(response)
            return answer
    except (urllib.error.URLError, OSError, ValueError):
        return {}
