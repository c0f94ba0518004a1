"""The section `lab`: what differs where the machines are made on this computer."""

from pydantic import Field

from mainstay.spec.sections.machines import Port
from mainstay.spec.sections.section import Section, sized
from mainstay.spec.sections.units import Size


class Lab(Section):
    """The lab's own profile; servers never see it."""

    port: Port = Field(8080, description="The port of this computer on which the site is opened.")
    buffer_pool: Size = sized("128MiB", "The memory InnoDB caches in, instead of the one in `database`.")
