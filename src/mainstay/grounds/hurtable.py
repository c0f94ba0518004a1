"""What a ground may let be done to its machines beside pulling the plug; whatever is done can be undone at once."""

from collections.abc import Sequence
from typing import Protocol


class Hurtable(Protocol):
    """The cables of a site's machines, their processors and their disks."""

    def cut_off(self, machine: str) -> None:
        """Afterwards nothing reaches the machine, and nothing comes from it."""
        ...

    def silence(self, machine: str) -> None:
        """Afterwards nothing comes from the machine; it still hears all others."""
        ...

    def cut_apart(self, some: Sequence[str], others: Sequence[str]) -> None:
        """Afterwards neither group hears the other; all else is as it was."""
        ...

    def stall(self, machine: str) -> None:
        """Afterwards none of the machine's processes gets any processor time."""
        ...

    def fill_disk(self, machine: str) -> None:
        """Afterwards not one block of the machine's disk is free.

        Raises:
            GroundError: it has no disk of its own, or is off.
        """
        ...

    def mend(self) -> None:
        """Afterwards every cable carries again what it should, every machine runs on, and every disk has room."""
        ...
