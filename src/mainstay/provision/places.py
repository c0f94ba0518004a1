"""Where Mainstay keeps, on a machine, what it knows of that machine."""

from mainstay.model.install import Bundle

RECORD = "/var/lib/mainstay/record.json"
"""The manifest that was last applied to the end; without secret values."""

ATTEMPTED = "/var/lib/mainstay/attempted.json"
"""A manifest that a run has begun to apply."""

STARTED = "/var/lib/mainstay/started"
"""One file per systemd unit: the digests of the inputs it was last started with."""

UNITS = "/etc/systemd/system/"

UNITS_CHANGED = "/var/lib/mainstay/units-changed"
"""There while a unit's file is another than systemd has read."""


def carried_archive(bundle: Bundle) -> str:
    """Where a release's archive lies between its arrival and its unpacking."""
    return f"/var/lib/mainstay/{bundle.release}.tar.gz"
