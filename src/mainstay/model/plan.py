"""What the compiler makes of the user's file."""

from collections.abc import Mapping
from dataclasses import dataclass

from mainstay.model.exposure import Exposure
from mainstay.model.machine import Instance, Machine
from mainstay.model.manifest import Manifest


@dataclass(frozen=True)
class Plan:
    """All machines, what everybody exposes, and a manifest per machine (by its name, in the file's order)."""

    machines: tuple[Machine, ...]
    exposures: Mapping[Instance, Exposure]
    manifests: Mapping[str, Manifest]
