"""Which panels of which components stand on which dashboard."""

import pytest

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.model.dashboard import Panel, bad_from
from mainstay.operations.dashboards.catalogue import DASHBOARDS
from mainstay.operations.dashboards.gather import Page, gathered, rows_of
from mainstay.spec import Spec
from tests.builders import a_site, machines_that_run
from tests.dashboards import EVERYTHING, LITTLE
from tests.vocabulary import compiled

PLACES = {(dashboard.name, title) for dashboard in DASHBOARDS for title in dashboard.rows}


ONE_OF_EACH = machines_that_run(srv_01="balancer web app", mon_01="monitoring")


def panels_of(spec: Spec) -> list[Panel]:
    return [panel for row in rows_of(spec) for panel in row.panels]


def shown(spec: Spec) -> set[str]:
    """The titles of all panels."""
    return {panel.title for panel in panels_of(spec)}


def titles(pages: tuple[Page, ...]) -> dict[str, list[str]]:
    return {page.dashboard.name: list(page.rows) for page in pages}


def test_every_component_that_shows_figures_has_something_to_look_at() -> None:
    by_name = {component.name: component for component in COMPONENTS}
    blind = {
        instance.component
        for instance, exposure in compiled(EVERYTHING).exposures.items()
        if exposure.metrics and not by_name[instance.component].rows(EVERYTHING, instance.machine)
    }
    assert blind == set()


def test_every_row_has_its_place_and_every_place_a_row() -> None:
    assert {(row.dashboard, row.title) for row in rows_of(EVERYTHING)} == PLACES


def test_a_row_holds_no_two_panels_of_one_title() -> None:
    for page in gathered(EVERYTHING):
        for panels in page.rows.values():
            assert sorted({panel.title for panel in panels}) == sorted(panel.title for panel in panels)


def test_only_what_the_site_has_is_there_to_look_at() -> None:
    assert titles(gathered(LITTLE)) == {
        "site": ["Now", "Visitors", "Machines"],
        "machines": ["State", "Load", "Disks and network"],
        "balancers": ["Visitors", "Servers, as balancers see them"],
        "servers": ["Visitors", "Nginx", "Application"],
        "monitoring": ["Whom it asks", "Prometheus", "Messages", "Logs"],
    }


def test_a_single_database_has_no_replication() -> None:
    machines = machines_that_run(srv_01="balancer web app database", mon_01="monitoring")
    database = titles(gathered(a_site(machines=machines, monitoring="on")))["database"]
    assert database == ["State", "Work", "The applications' way to the database"]


@pytest.mark.parametrize(
    ("title", "sections"),
    [
        ("Certificate is good for", {"https": "on"}),
        ("Alertmanagers that each sees", {"machines": {**ONE_OF_EACH, "mon-02": {"runs": ["monitoring"]}}}),
    ],
)
def test_what_a_site_may_have_is_there_to_look_at_if_it_has(title: str, sections: dict[str, object]) -> None:
    without = {"machines": ONE_OF_EACH, "monitoring": "on"}
    assert title not in shown(a_site(**without))
    assert title in shown(a_site(**{**without, **sections}))


def test_colours_of_errors_go_by_what_the_file_promises() -> None:
    site = a_site(machines=ONE_OF_EACH, monitoring={"objective": "99%"})
    (errors,) = (panel for panel in panels_of(site) if panel.title == "Errors, over 5 minutes")
    assert errors.steps == bad_from(0.01, 0.144)


def test_what_several_machines_show_is_there_once() -> None:
    rows = rows_of(EVERYTHING)
    assert len(rows) == len({*rows})


def test_within_a_row_the_order_of_the_components_counts_not_that_of_the_machines() -> None:
    runs = {"srv-01": "web app database", "lb-01": "balancer", "mon-01": "monitoring"}
    sites = [
        a_site(machines={name: {"runs": runs[name].split()} for name in names}, monitoring="on")
        for names in (runs, reversed(runs))
    ]
    assert gathered(sites[0]) == gathered(sites[1])
