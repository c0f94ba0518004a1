"""The section `firewall`: who may come in beside the site's own, and what its machines may reach; `off` for neither."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import Network, chosen

Egress = Literal["open", "restricted"]
EGRESSES: tuple[Egress, ...] = get_args(Egress)


class Firewall(Section):
    """Who may come in, and what the machines may reach."""

    ssh: tuple[Network, ...] = Field(
        (), description="The addresses and networks that SSH is open to; left out, it is open to everybody."
    )
    egress: Annotated[Egress, chosen("a way to treat what goes out", EGRESSES)] = Field(
        "open", description="Whether the machines may connect to anybody, or to each other and to `reach` only."
    )
    reach: tuple[Network, ...] = Field(
        (), description="The addresses and networks that the machines may connect to where egress is restricted."
    )
