"""The contract that every ground keeps: promises, each true when the call has returned."""

from collections.abc import Callable, Sequence
from typing import Protocol

from mainstay.grounds.reach import Reach
from mainstay.model.machine import Machine

Report = Callable[[str, str], None]
"""Told which machine ("" for all) does what now."""


class Ground(Protocol):
    """Where a site's machines stand."""

    kind: str

    def exists(self) -> bool:
        """Whether there is anything of this site on this ground at all."""
        ...

    def present(self, machines: Sequence[Machine]) -> tuple[str, ...]:
        """Those of the machines that are there and switched on, by name."""
        ...

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """Afterwards every machine of the sequence runs and answers."""
        ...

    def strangers(self, machines: Sequence[Machine]) -> tuple[str, ...]:
        """Machines that this site has here and the sequence has not."""
        ...

    def dismiss(self, names: Sequence[str]) -> None:
        """Afterwards the site no longer has these machines; in the lab their disks are gone too."""
        ...

    def reach(self) -> Reach:
        """The way to the machines; they need not be up."""
        ...

    def address_of_site(self, machines: Sequence[Machine]) -> str:
        """The URL that the user opens."""
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

    def destroy(self) -> None:
        """Afterwards nothing of this site is left on this ground: no process, mount, network or file."""
        ...
