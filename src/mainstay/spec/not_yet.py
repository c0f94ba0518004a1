"""What the file may say and this version cannot do yet; once it can, a function and its line go."""

from collections.abc import Callable, Iterator

from mainstay.spec.draft import Draft
from mainstay.spec.problem import Issue


def refuse_https(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where the site is to be served over TLS."""
    if draft.https:
        yield _switched_on(draft, "https")


def refuse_firewall(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where the firewall is on."""
    if draft.firewall:
        yield _switched_on(draft, "firewall")


def refuse_monitoring(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where monitoring is on."""
    if draft.monitoring:
        yield _switched_on(draft, "monitoring")


def refuse_monitoring_role(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine with the role `monitoring`."""
    for name in draft.running("monitoring"):
        what = "This version has no role monitoring yet."
        yield Issue(("machines", name, "runs"), what, "Take monitoring away.")


def _switched_on(draft: Draft, switch: str) -> Issue:
    unless = "" if switch in draft.written else " unless you say otherwise"
    what = f"{switch} is on{unless}, and this version cannot do it yet."
    return Issue((switch,), what, f"Write `{switch}: off`.")


NOT_YET: tuple[Callable[[Draft], Iterator[Issue]], ...] = (
    refuse_https,
    refuse_firewall,
    refuse_monitoring,
    refuse_monitoring_role,
)
