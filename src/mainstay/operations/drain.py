"""`drain` and `undrain`: a machine out of rotation, and back."""

from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from mainstay.operations.addresses import held_by, is_willing, moving
from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.owed import owe, unheard
from mainstay.operations.rotation import (
    NOTES,
    balancers_on,
    noted,
    requests,
    sessions,
    set_state,
    wait_until_taken_back,
)
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

ADDRESS_LEAVES_SECONDS = 10.0
WILLING_SECONDS = 5.0


def drain(site: Site, name: str, seconds: float, report: Report) -> str:
    """Send no new visitors to a machine, and wait until its requests are done, but no longer than `seconds`.

    It stays so, over restarts and reboots, until `undrain`. Gives a sentence on how it went.

    Raises:
        OperationError: there is no such machine, it takes no visitors, or no other would take them.
    """
    with only_operator(site):
        machine = machine_in_rotation(site, name)
        report(name, "taking it out of rotation")
        is_idle = take_out(site, machine, seconds)
    if is_idle:
        return f"{name} is out of rotation and idle."
    return f"{name} is out of rotation; some of its requests were still under way after {seconds:g} s."


def take_out(site: Site, machine: Machine, seconds: float) -> bool:
    """What `drain` does, for a verb that holds the site's lock already; gives whether the machine became idle."""
    name, is_idle = machine.name, True
    owe(site, name, ())
    noting = balancers_on(site) if "web" in machine.roles else [name]
    _note(site, noting, f"mkdir -p {NOTES} && echo 1 > {NOTES}/{name}")
    if "balancer" in machine.roles:
        _wait_until_addresses_are_gone(site, machine)
        is_idle = wait(lambda: not requests(site, name), seconds)
    if "web" in machine.roles:
        set_state(site, name, "drain")
        is_idle = wait(lambda: not sessions(site, name), seconds) and is_idle
    return is_idle


def undrain(site: Site, name: str, report: Report) -> str:
    """Put a machine back into rotation, and wait until it gets visitors again. Gives a sentence.

    Raises:
        OperationError: there is no such machine.
    """
    with only_operator(site):
        report(name, "putting it back into rotation")
        is_back = take_back(site, name)
        late = unheard(site, name)
    if not is_back:
        return f"{name} is in rotation, but wants no address yet: see `mainstay logs {name} keepalived`."
    return f"{name} is in rotation{f'; {late} will hear of it when switched on by Mainstay' if late else ''}."


def take_back(site: Site, name: str) -> bool:
    """What `undrain` does, for a verb that holds the site's lock already; gives whether it is wanted again.

    Raises:
        OperationError: there is no such machine.
    """
    machine = _machine(site, name)
    hearing = balancers_on(site)
    owe(site, name, [m.name for m in site.running("balancer") if m.name not in hearing])
    _note(site, hearing, f"rm -f {NOTES}/{name}")
    if "web" in machine.roles:
        set_state(site, name, "ready")
        wait_until_taken_back(site, name)
    is_moving = name in hearing and moving(site)
    return not is_moving or wait(lambda: is_willing(site, name), WILLING_SECONDS)


def _machine(site: Site, name: str) -> Machine:
    for machine in site.machines:
        if machine.name == name:
            return machine
    known = ", ".join(machine.name for machine in site.machines)
    raise OperationError(f"There is no machine named {name}.", f"There are: {known}.")


def machine_in_rotation(site: Site, name: str) -> Machine:
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
    if not wait(lambda: not held_by(site, machine.name), ADDRESS_LEAVES_SECONDS):
        raise OperationError(
            f"The address has not left {machine.name}.", f"See `mainstay logs {machine.name} keepalived`."
        )
