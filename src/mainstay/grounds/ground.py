"""The contract that every ground keeps: eight promises, each true when the call has returned."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from mainstay.grounds.reach import Reach
from mainstay.model.machine import Machine

Report = Callable[[str, str], None]
"""Told which machine ("" for all) does what now."""


class Ground(Protocol):
    """Where a site's machines stand."""

    @property
    def kind(self) -> str:
        """`lab` or `servers`."""
        ...

    def members(self) -> Mapping[str, bool]:
        """The machines that this site has here, and whether each is switched on, as far as the ground can know."""
        ...

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """Afterwards every machine of the sequence runs and answers."""
        ...

    def reach(self) -> Reach:
        """The way to the machines; they need not be up."""
        ...

    def endpoints(self) -> tuple[str, ...]:
        """The URLs that the user opens: one, or one for each address that the balancers share."""
        ...

    def power_off(self, machine: str) -> None:
        """Afterwards the machine is gone as if its cable was pulled; its disk stays as it was."""
        ...

    def power_on(self, machine: str) -> None:
        """Afterwards the machine runs and answers."""
        ...

    def stop(self, report: Report) -> None:
        """Afterwards no machine of this site runs; their disks stay."""
        ...

    def dismiss(self, names: Sequence[str]) -> None:
        """Afterwards the site no longer has these machines; in the lab their disks are gone, and with the last all."""
        ...
