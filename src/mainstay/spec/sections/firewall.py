"""The section `firewall`: who may come in beside the site's own; `off` in its place leaves all as it is."""

from pydantic import Field

from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import Network


class Firewall(Section):
    """Who may come in."""

    ssh: tuple[Network, ...] = Field(
        (), description="The addresses and networks that SSH is open to; left out, it is open to everybody."
    )
