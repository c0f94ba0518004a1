"""A primary that was cut off with writes which nobody acknowledged: how long until it stands by again, by itself?

Its data is filled first. Then its network is cut, and clients on the machine itself go on writing: their COMMITs reach
its binary log, and nobody else. Another takes over; the network comes back. From then on the clock runs.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.place import a_site
from mainstay.operations.database import sql
from mainstay.operations.database.found import schema_of
from mainstay.operations.database.keepers import ask
from mainstay.operations.heal import hand_of
from mainstay.operations.site import Site
from mainstay.operations.status import status

MIB_AT_ONCE = 8
ERRANT = tuple(f"errant-{number}" for number in range(1, 6))
CABLE = "/sys/class/net/host0/carrier"
ENDED = "/run/mainstay-errant-clients"
"""A line for each client, with its exit status."""

PROMOTED_SECONDS, AGAIN_SECONDS = 60.0, 900.0
MESSAGE = r"@3='([^']*)'"
"""The third column of a row, as mysqlbinlog writes it."""

WRITTEN_OUT = "cat /var/lib/mysql.aside-*.errant.sql"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="how much data there is")
    parser.add_argument("--name", default="diverged", help="of the lab")
    parser.add_argument("--port", type=int, default=48183, help="of the lab's door on this computer")
    parser.add_argument("--out", type=Path, default=None, help="where the result goes as JSON")
    return parser.parse_args()


def fill(site: Site, machine: str, mib: int) -> None:
    """So much data that cannot be made smaller."""
    table = f"{schema_of(site)}.ballast"
    row = "(REPEAT(RANDOM_BYTES(1024), 1024))"
    insert = f"INSERT INTO {table} (filling) VALUES {', '.join([row] * MIB_AT_ONCE)}"
    make = f"CREATE TABLE {table} (id INT AUTO_INCREMENT PRIMARY KEY, filling LONGBLOB)"
    sql.run(site.ground.reach(), machine, make, *[insert] * (mib // MIB_AT_ONCE))


def diverge(site: Site, machine: str) -> None:
    """Cut it off while its own clients write."""
    script = writing_alone(f"{schema_of(site)}.entries")
    site.ground.reach().run_or_fail(machine, ("systemd-run", "--quiet", "sh", "-c", script))
    hand_of(site).cables().cut_off(machine)


def writing_alone(table: str) -> str:
    """For the shell: writes from the machine itself, once its cable is dead. Each hangs, so each has a client."""
    insert = f"INSERT INTO {table} (author, message, created_at) VALUES ('nobody', '%s', NOW())"
    clients = " ".join(f'{{ mysql -e "{insert % message}"; echo $? >> {ENDED}; }} &' for message in ERRANT)
    return f"rm -f {ENDED}; until grep -q 0 {CABLE}; do sleep 0.05; done; {clients} wait"


def messages_in(written_out: str) -> set[str]:
    """The messages of the entries in what was written out."""
    return set(re.findall(MESSAGE, written_out))


def main(given: argparse.Namespace) -> int:
    with a_site(given.name, given.port) as site:
        primary = str(status(site).primary)
        fill(site, primary, given.mib)
        wait("All has come to the replica", lambda: status(site).is_healthy, AGAIN_SECONDS)
        diverge(site, primary)
        wait("Another primary", lambda: status(site).primary not in (None, primary), PROMOTED_SECONDS)
        hand_of(site).cables().mend()
        begun = time.monotonic()
        wait("In the sync set again", lambda: primary in sync(site), AGAIN_SECONDS)
        seconds = time.monotonic() - begun
        reach = site.ground.reach()
        written_out = messages_in(reach.run_or_fail(primary, ("sh", "-c", WRITTEN_OUT)))
        rows = sql.run(reach, str(status(site).primary), f"SELECT message FROM {schema_of(site)}.entries")[0]
        size = reach.run_or_fail(primary, ("sh", "-c", "du -sm /var/lib/mysql | cut -f1")).strip()
    there = {str(row["message"]) for row in rows}
    found = {
        "mib_of_rows": given.mib,
        "mib_of_data": int(size),
        "seconds_until_it_could_take_over": round(seconds, 1),
        "written_out": sorted(written_out),
        "is_exact": written_out == set(ERRANT) and not there & set(ERRANT),
    }
    text = json.dumps(found, indent=2)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    return 0 if found["is_exact"] else 1


def sync(site: Site) -> tuple[str, ...]:
    """Who could take over now."""
    keepers = ask(site, [machine.name for machine in site.machines])
    return keepers.sync if keepers else ()


def wait(what: str, is_so: Callable[[], bool], seconds: float) -> None:
    """Until it is so.

    Raises:
        TimeoutError: it takes longer.
    """
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(arguments()))
