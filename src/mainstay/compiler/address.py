"""The addresses of a site: those of its machines, and those that move between its balancers."""

from mainstay.model.machine import Machine
from mainstay.spec import Spec
from mainstay.spec.lab_addresses import free_address


def address(spec: Spec) -> tuple[Machine, ...]:
    """The file's machines with their addresses: the file's own, or one derived from the machine's name."""
    taken = {str(m.address) for m in spec.machines.values() if m.address}
    found: list[Machine] = []
    for name, machine in spec.machines.items():
        chosen = str(machine.address) if machine.address else free_address(name, taken)
        taken.add(chosen)
        found.append(Machine(name, chosen, tuple(str(role) for role in machine.runs)))
    return tuple(found)


def virtual_addresses(spec: Spec) -> tuple[str, ...]:
    """The addresses that move between the balancers: the file's, or in the lab made up; none for a single one."""
    balancers = len(spec.running("balancer"))
    if balancers < 2:
        return ()
    if spec.balancer.addresses:
        return spec.balancer.addresses
    taken = {machine.address for machine in address(spec)}
    count = 1 if spec.balancer.mode == "active-passive" else balancers
    found: list[str] = []
    for number in range(1, count + 1):
        found.append(free_address(f"virtual {number}", taken | set(found)))
    return tuple(found)
