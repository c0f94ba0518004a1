"""What the file may say and this version cannot do yet; once it can, a function and its line go."""

from collections.abc import Callable, Iterator

from mainstay.spec.draft import Draft
from mainstay.spec.problem import Issue


def refuse_monitoring(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where monitoring is on."""
    if draft.monitoring:
        unless = "" if "monitoring" in draft.written else " unless you say otherwise"
        what = f"monitoring is on{unless}, and this version cannot do it yet."
        yield Issue(("monitoring",), what, "Write `monitoring: off`.")


def refuse_monitoring_role(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine with the role `monitoring`."""
    for name in draft.running("monitoring"):
        what = "This version has no role monitoring yet."
        yield Issue(("machines", name, "runs"), what, "Take monitoring away.")


NOT_YET: tuple[Callable[[Draft], Iterator[Issue]], ...] = (
    refuse_monitoring,
    refuse_monitoring_role,
)
