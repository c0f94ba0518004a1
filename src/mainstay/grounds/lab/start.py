"""Brings one machine of the lab to life."""

import time
from collections.abc import Sequence

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.lab import keys
from mainstay.grounds.lab.machine import LabMachine
from mainstay.grounds.reach import Reach
from mainstay.model.machine import Machine

BOOT_SECONDS = 60.0


def ensure_running(machine: LabMachine, machines: Sequence[Machine], report: Report) -> None:
    """Afterwards the machine runs and answers; `machines` are all that it is to know by name."""
    if not machine.is_running:
        report(machine.name, "booting")
        machine.clear()
        identity = next(m for m in machines if m.name == machine.name)
        hosts = "127.0.0.1 localhost\n" + "".join(f"{m.address} {m.name}\n" for m in machines)
        machine.furnish(identity, hosts, keys.ensure_pair(machine.places.key), machine.places.host_key(machine.name))
        machine.boot()
    wait_for_answer(machine)
    report(machine.name, "")


def wait_for_answer(machine: LabMachine) -> None:
    """Return when it can be logged in to.

    Raises:
        GroundError: it cannot within a minute.
    """
    reach = Reach(machine.places.ssh_config)
    begun = time.monotonic()
    said = "nothing"
    while time.monotonic() - begun < BOOT_SECONDS:
        try:
            if reach.run(machine.name, ("true",), seconds=10).is_success:
                return
        except GroundError as error:
            said = error.what
            time.sleep(0.1)
    raise GroundError(
        f"{machine.name} did not answer within {BOOT_SECONDS:g} s of booting; the last was: {said}",
        f"Its console's log: {machine.folder / 'console.log'}",
    )
