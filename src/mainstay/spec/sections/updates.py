"""The section `updates`: when servers install their system's security updates; `off` where somebody else does."""

from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import Matching

TimeOfDay = Annotated[
    str, Matching("([01][0-9]|2[0-3]):[0-5][0-9]", "a time of day", 'Write one such as "02:00", in UTC.')
]


class Updates(Section):
    """When servers install the security updates of their system."""

    at: TimeOfDay = Field(
        "02:00", description="The first machine's time, in UTC; each other's is 15 minutes after the one before it."
    )
