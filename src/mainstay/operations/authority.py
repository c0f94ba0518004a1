"""Another authority for the site, while it serves: believed first, then the one that issues, then the only one."""

from collections.abc import Callable

from mainstay.grounds.ground import Report
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site
from mainstay.operations.up import Consent, Done, up
from mainstay.vault.certificates import HEIR


def replace_authority(site: Site, report: Report, consent: Consent) -> Done:
    """Three times every machine is brought to what is to be believed and shown next, while the site serves.

    1. Everybody believes the heir beside the authority. 2. The heir issues, and everybody shows a certificate of its.
    3. The former is believed no longer. Where an earlier run broke off, this one goes on from there.
    """
    certificates = site.vault.certificates
    if not certificates.succession():
        _take(site, certificates.name_heir)
    if certificates.succession() == HEIR:
        up(site, report, consent)
        _take(site, certificates.crown_heir)
    up(site, report, consent)
    _take(site, certificates.forget_former)
    return up(site, report, consent)


def _take(site: Site, step: Callable[[], None]) -> None:
    with only_operator(site):
        site.vault.store.ensure_sealed()
        step()
