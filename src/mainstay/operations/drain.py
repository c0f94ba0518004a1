"""`drain` and `undrain`: a machine out of rotation, and back."""

from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.rotation import (
    NOTES,
    balancers_on,
    noted,
    sessions,
    set_state,
    visitors,
    wait_until_taken_back,
)
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

ADDRESS_LEAVES_SECONDS = 10.0


def drain(site: Site, name: str, seconds: float, report: Report) -> str:
    """Send no new visitors to a machine, and wait until its connections are done, but no longer than `seconds`.

    It stays so, over restarts and reboots, until `undrain`. Gives a sentence on how it went.

    Raises:
        OperationError: there is no such machine, it takes no visitors, or no other would take them.
    """
    with only_operator(site):
        machine = _machine_in_rotation(site, name)
        report(name, "taking it out of rotation")
        _note(
            site,
            balancers_on(site) if "web" in machine.roles else [name],
            f"mkdir -p {NOTES} && echo 1 > {NOTES}/{name}",
        )
        is_idle = True
        if "balancer" in machine.roles:
            _wait_until_addresses_are_gone(site, machine)
            is_idle = wait(lambda: not visitors(site, name), seconds)
        if "web" in machine.roles:
            set_state(site, name, "drain")
            is_idle = wait(lambda: not sessions(site, name), seconds) and is_idle
    if is_idle:
        return f"{name} is out of rotation and idle."
    return f"{name} is out of rotation; some of its connections were still open after {seconds:g} s."


def undrain(site: Site, name: str, report: Report) -> str:
    """Put a machine back into rotation, and wait until it gets visitors again. Gives a sentence.

    Raises:
        OperationError: there is no such machine.
    """
    with only_operator(site):
        machine = _machine(site, name)
        report(name, "putting it back into rotation")
        _note(site, balancers_on(site), f"rm -f {NOTES}/{name}")
        if "web" in machine.roles:
            set_state(site, name, "ready")
            wait_until_taken_back(site, name)
    return f"{name} is in rotation."


def _machine(site: Site, name: str) -> Machine:
    for machine in site.machines:
        if machine.name == name:
            return machine
    known = ", ".join(machine.name for machine in site.machines)
    raise OperationError(f"There is no machine named {name}.", f"There are: {known}.")


def _machine_in_rotation(site: Site, name: str) -> Machine:
    """The machine, if it takes visitors and another one would take them instead."""
    machine = _machine(site, name)
    site.switched_on([name])
    duties = [role for role in ("balancer", "web") if role in machine.roles]
    if not duties:
        raise OperationError(f"{name} takes no visitors: there is nothing to drain.")
    out, running = noted(site), site.ground.members()
    for role in duties:
        if not any(m != machine and m.name not in out and running.get(m.name) for m in site.running(role)):
            raise OperationError(
                f"{name} is the only {role} machine in rotation: without it the site would be down.",
                "Add another, or put one back with `mainstay undrain`.",
            )
    return machine


def _note(site: Site, balancers: list[str], command: str) -> None:
    for balancer in balancers:
        site.ground.reach().run_or_fail(balancer, ("sh", "-c", command))


def _wait_until_addresses_are_gone(site: Site, machine: Machine) -> None:
    """The addresses that move between the balancers must have left this one.

    Raises:
        OperationError: they have not: no other balancer takes them.
    """
    moving = {entrance.rpartition(":")[0] for entrance in site.entrances}

    def are_gone() -> bool:
        shown = site.ground.reach().run_or_fail(machine.name, ("ip", "-4", "-oneline", "address", "show"))
        return not any(f" {address}/" in shown for address in moving)

    if not wait(are_gone, ADDRESS_LEAVES_SECONDS):
        raise OperationError(
            f"The address has not left {machine.name}.", f"See `mainstay logs {machine.name} keepalived`."
        )
