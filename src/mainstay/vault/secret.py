"""A secret that cannot be printed by accident."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Secret:
    """A secret value: its text forms are redacted; `reveal` is the one way to the value."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself, for the machine it is meant for."""
        return self._value

    def __str__(self) -> str:
        return "(secret)"
