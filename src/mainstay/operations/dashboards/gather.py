"""Gathers, for each dashboard, the panels of those components that a site has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.compiler.compile import compile_plan
from mainstay.model.dashboard import Panel, Row
from mainstay.operations.dashboards.catalogue import DASHBOARDS, Dashboard
from mainstay.operations.status import ANY_RELEASE
from mainstay.spec import Spec


@dataclass(frozen=True)
class Page:
    """A dashboard with what stands in its rows, in their order; a row in which nothing would stand is left out."""

    dashboard: Dashboard
    rows: Mapping[str, tuple[Panel, ...]]


def gathered(spec: Spec) -> tuple[Page, ...]:
    """The pages of a site that hold anything; within a row, panels come in the order of the catalogue of components."""
    rows = rows_of(spec)
    pages = (Page(dashboard, _rows(dashboard, rows)) for dashboard in DASHBOARDS)
    return tuple(page for page in pages if page.rows)


def rows_of(spec: Spec) -> tuple[Row, ...]:
    """What the components of a site have to look at, each row once, however many machines show it."""
    instances = compile_plan(spec, ANY_RELEASE).exposures
    return tuple(
        dict.fromkeys(
            row
            for component in COMPONENTS
            for instance in instances
            if instance.component == component.name
            for row in component.rows(spec, instance.machine)
        )
    )


def _rows(dashboard: Dashboard, rows: Collection[Row]) -> dict[str, tuple[Panel, ...]]:
    found = {title: _panels(dashboard.name, title, rows) for title in dashboard.rows}
    return {title: panels for title, panels in found.items() if panels}


def _panels(dashboard: str, title: str, rows: Collection[Row]) -> tuple[Panel, ...]:
    here = (row for row in rows if (row.dashboard, row.title) == (dashboard, title))
    return tuple(panel for row in here for panel in row.panels)
