"""What a run notes on a machine: before its first step what it is going to do, after its last that it is done."""

import json

from mainstay.model.change import Change, Removal
from mainstay.model.install import Directory, File
from mainstay.model.manifest import Manifest
from mainstay.provision.places import ATTEMPTED, RECORD, STARTED


def beginning(manifest: Manifest) -> tuple[Change, ...]:
    """So that a run which breaks off is known to the next: what it may have left, and that it did not finish."""
    return (
        _change(Directory(STARTED, mode="700")),
        _change(File(ATTEMPTED, json.dumps(manifest.to_json()), mode="600")),
    )


def ending(manifest: Manifest) -> tuple[Change, ...]:
    """So that the next run knows what the machine holds."""
    return (_change(File(RECORD, json.dumps(manifest.to_json()), mode="600")), _change(Removal(ATTEMPTED)))


def _change(subject: Directory | File | Removal) -> Change:
    return Change("", subject, "")
