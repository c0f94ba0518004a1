"""What to look at first where addresses move."""

from mainstay.model.dashboard import Panel, Query, Row, Step
from mainstay.model.machine import Machine
from mainstay.spec import Spec

HOLDERS = Panel(
    "Who holds the addresses",
    (
        Query(
            "count by (address, machine) (node_network_address_info and on (address) mainstay:virtual_address)",
            "{{address}} {{machine}}",
        ),
    ),
    "states",
    steps=(Step("blue"),),
    words=((1, "holds it"),),
    about="By the kernel's word. While nobody holds an address, its visitors reach nobody.",
    width=24,
)

ROWS = (Row("site", "Visitors", (HOLDERS,)), Row("balancers", "Addresses", (HOLDERS,)))


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """The same on every machine of every site."""
    return ROWS
