"""A site is well if its parts are, and if they believe each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.health.examine import Examined, Health
from mainstay.operations.status import Status
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.unit.operations.edge import an_edge

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPEC = a_site(machines=machines_that_run(lb_01="balancer", srv_01="web app"), https="on")
A_MINUTE = timedelta(minutes=1)
ENDED = (
    "A certificate by which machines know each other ended on 2026-03-01 at 12:00 UTC: others refuse who shows it."
    " `mainstay secret renew` renews it."
)


@pytest.mark.parametrize(
    ("now", "is_healthy"),
    [(END - A_MINUTE, True), (END, False), (END + A_MINUTE, False)],
    ids=["good", "ends", "ended"],
)
def test_with_a_certificate_that_has_ended_it_is_not_healthy(tmp_path: Path, now: datetime, is_healthy: bool) -> None:
    """Each part answers on its own machine, and is refused by all others."""
    site = an_edge(tmp_path, SPEC).site
    well = (Health("base", ""),)
    examined = {"lb-01": Examined(well, first_end=END + A_MINUTE), "srv-01": Examined(well, first_end=END)}
    found = Status(
        replace(site, vault=Vault(site.vault.store, lambda: now)),
        ("https://shop.test",),
        frozenset(),
        examined,
        {},
        None,
    )
    assert (found.is_healthy, found.to_json()["healthy"], found.has_ended) == (is_healthy, is_healthy, not is_healthy)
    assert found.ended_sentence == ("" if is_healthy else ENDED)


def test_where_nobody_needs_a_certificate_none_has_ended(tmp_path: Path) -> None:
    found = Status(an_edge(tmp_path, SPEC).site, (), frozenset(), {"lb-01": Examined(())}, {}, None)
    assert (found.good_until, found.is_healthy) == (None, True)
