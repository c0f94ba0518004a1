"""What the tests of this folder do to the site and its databases, and ask of them."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

from mainstay.drills.writable import Look, read_looks
from tests.lab.load import Answer, Load
from tests.lab.site import LabSite
from tests.lab.waiting import becomes

DATABASES = ("srv-01", "srv-02")
ENTRIES = "mst_failover.entries"
KEEPER = "/usr/local/lib/mainstay/mainstay-keeper"
FREEZE = "kill -STOP $(systemctl show --property=MainPID --value mainstay-keeper.service)"
WRITING_SECONDS = 3.0
WRITES_PER_SECOND = 10.0
PATIENCE_SECONDS = 3.0
"""After which whoever writes without a pause wants no answer any more."""

LOOKS_EVERY = 0.1
WATCHER = resources.files("mainstay.drills").joinpath("remote", "writable.py").read_text()
SEEN = "/run/mst-seen"


def is_armed(site: LabSite) -> None:
    """Both run, the replica could take over, and earlier failovers do not count."""

    def could_take_over(told: dict[str, Any]) -> bool:
        return bool(told["healthy"] and told["database"].get("keepers", {}).get("sync"))

    becomes("A replica that could take over", site.status, could_take_over, within=60)
    site.does("db", "ack")


def database(site: LabSite) -> dict[str, Any]:
    told: dict[str, Any] = site.status()["database"]
    return told


def keepers(site: LabSite) -> dict[str, Any]:
    told: dict[str, Any] = database(site).get("keepers", {})
    return told


def both(site: LabSite) -> tuple[str, str]:
    """The primary and the other."""
    primary = str(database(site)["primary"])
    return primary, next(name for name in DATABASES if name != primary)


def word(site: LabSite, machine: str) -> dict[str, Any]:
    """How the keeper on one machine has it; {} while it does not answer or does not hear the voters."""
    done = site.tries_on(machine, KEEPER, "order", "status")
    told: dict[str, Any] = json.loads(done.output)["cluster"] if done.status == 0 else {}
    return told if told.get("is_store_heard") else {}


def write(site: LabSite, mark: str, seconds: float = WRITING_SECONDS) -> list[str]:
    """Entries that were acknowledged, written for a while."""
    acknowledged: list[str] = []
    refused: list[Answer] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = f"{mark}-{len(acknowledged)}"
        answer = site.post("/entries", {"author": "Ada", "message": message})
        if answer.status == 201:
            acknowledged.append(message)
        else:
            refused.append(answer)
    assert acknowledged, refused
    return acknowledged


@contextmanager
def writing(site: LabSite, mark: str) -> Iterator[list[str]]:
    """While the block runs entries are written, whatever becomes of them; the list is of those acknowledged so far."""
    acknowledged: list[str] = []
    numbers = itertools.count()

    def send() -> Answer:
        message = f"{mark}-{next(numbers)}"
        answer = site.post("/entries", {"author": "Ada", "message": message}, seconds=PATIENCE_SECONDS)
        if answer.status == 201:
            acknowledged.append(message)
        return answer

    with Load(send, WRITES_PER_SECOND):
        yield acknowledged
    assert acknowledged


def becomes_primary(site: LabSite, machine: str, within: float) -> None:
    becomes(f"{machine} primary", lambda: word(site, machine).get("leader"), lambda leader: leader == machine, within)
    takes_writes(site, within)


def takes_writes(site: LabSite, within: float) -> None:
    entry = {"author": "Ada", "message": "again"}
    becomes("Writing", lambda: site.post("/entries", entry).status, lambda status: status == 201, within)


def stands_by(site: LabSite, machine: str, within: float = 60) -> None:
    """Wait until this machine, and it alone, could take over."""
    becomes(f"{machine} in the set", lambda: word(site, machine).get("sync"), lambda sync: sync == [machine], within)


def has_all(site: LabSite, machine: str, acknowledged: list[str]) -> None:
    assert set(acknowledged) - messages(site, machine) == set()


def messages(site: LabSite, machine: str) -> set[str]:
    return set(site.sql(machine, f"SELECT message FROM {ENTRIES}").splitlines())


def have_the_same(site: LabSite, acknowledged: list[str]) -> None:
    """Both databases executed the very same transactions, and all that was acknowledged is among them."""

    def executed() -> set[str]:
        return {site.sql(machine, "SELECT @@GLOBAL.gtid_executed") for machine in DATABASES}

    becomes("The same executed on both", executed, lambda sets: len(sets) == 1, within=20)
    for machine in DATABASES:
        has_all(site, machine, acknowledged)


def watched(site: LabSite, machine: str, every: float = LOOKS_EVERY) -> None:
    """From now on the machine itself notes whether its database takes writes, whoever can reach it."""
    program = WATCHER.replace(f"EVERY_SECONDS = {LOOKS_EVERY}", f"EVERY_SECONDS = {every}")
    notes = f"--property=StandardOutput=truncate:{SEEN}"
    site.runs(machine, "systemd-run", "--quiet", "--collect", "--unit=mst-seen", notes, "python3", "-c", program)


def seen(site: LabSite, machine: str) -> tuple[Look, ...]:
    """What was noted; it is not watched any longer."""
    site.runs(machine, "systemctl", "stop", "mst-seen.service")
    return read_looks(site.runs(machine, "cat", SEEN).splitlines(keepends=True))
