"""Until when machines know each other: said by whatever may be the last that somebody hears for months."""

from datetime import datetime, timedelta

from mainstay.cli.options import Options
from mainstay.operations.site import Site
from mainstay.operations.timer import timer_for

CLOSE = timedelta(days=21)
"""With that left, a timer would have renewed them: see the alert CertificateExpiring."""


def sentence(site: Site, until: datetime, options: Options) -> str:
    """Until when certificates are good, and what to do about it."""
    said = f"Machines know each other by certificates that are good until {until:%Y-%m-%d}"
    if is_close(site, until):
        return f"{said}: `mainstay secret renew` renews them."
    if timer_for(site, options.file, options.environment).is_there:
        return f"{said}."
    return f"{said}; `mainstay secret renew --timer` has them renewed before."


def is_close(site: Site, until: datetime) -> bool:
    """Whether somebody should have renewed them by now."""
    return until - site.vault.now() < CLOSE
