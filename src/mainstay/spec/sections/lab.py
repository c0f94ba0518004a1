"""The section `lab`: what differs where the machines are made on this computer."""

from typing import Annotated

from pydantic import AfterValidator, Field

from mainstay.spec.sections.machines import Port
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import Section, sized
from mainstay.spec.sections.units import Size

_SMALLEST_DISK = 2**30


def sensible_disk(value: int) -> int:
    """Return the size unchanged, or refuse one that a database does not fit on."""
    if value < _SMALLEST_DISK:
        raise refused("A machine's disk is 1GiB at least.", 'Write one such as "8GiB".')
    return value


class Lab(Section):
    """The lab's own profile; servers never see it."""

    port: Port = Field(8080, description="The port of this computer on which the site is opened.")
    buffer_pool: Size = sized("128MiB", "The memory InnoDB caches in, instead of the one in `database`.")
    disk: Annotated[Size, AfterValidator(sensible_disk)] = sized(
        "8GiB", "How much a machine's disk holds; this computer gives room for what is written only."
    )
