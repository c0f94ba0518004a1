"""Draws a page as Grafana's JSON: the only module that knows Grafana."""

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import count

from grafana_foundation_sdk.builders import common as ways
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from mainstay.model.dashboard import Panel, Query
from mainstay.operations.dashboards.gather import Page

Drawn = stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel

SOURCE = dashboard.DataSourceRef("prometheus", "${datasource}")
"""Whichever Prometheus the reader has chosen."""

ALL = dashboard.VariableOption(selected=True, text="All", value="$__all")
PAGE_WIDTH = 24
REFRESH, SPAN = "10s", "now-1h"
MADE_BY = "mainstay"
"""By this tag, and by the site's name as another, the dashboards of a site find each other."""


def drawn(page: Page, site: str) -> str:
    """The page as JSON; the same for the same site, however often it is drawn, so that it can be kept in git."""
    numbers = count(1)
    board = _board(page, site)
    for title, panels in page.rows.items():
        board.with_row(build.Row(title).id(next(numbers)))
        for panel, width in zip(panels, widths(panels), strict=True):
            board.with_panel(_panel(panel).id(next(numbers)).span(width))
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def uid(site: str, name: str) -> str:
    """By what Grafana knows the dashboard again; at most 40 characters, which a site's name alone may exceed."""
    return f"{MADE_BY}-{zlib.crc32(site.encode()):08x}-{name}"


def widths(panels: Sequence[Panel]) -> Iterator[int]:
    """Each panel's own, but that the last of a line takes what is left of it."""
    left = PAGE_WIDTH
    for panel, following in zip(panels, (*panels[1:], None), strict=True):
        fits = following is not None and panel.width + following.width <= left
        width = panel.width if fits else left
        left = left - width or PAGE_WIDTH
        yield width


def _board(page: Page, site: str) -> build.Dashboard:
    others = build.DashboardLink("Dashboards of this site").type(dashboard.DashboardLinkType.DASHBOARDS)
    board = (
        build.Dashboard(f"{site}: {page.dashboard.title}")
        .uid(uid(site, page.dashboard.name))
        .description("Written by `mainstay dashboards export`. Changes made here are lost by the next import.")
        .tags([MADE_BY, site])
        .link(others.tags([MADE_BY, site]).keep_time(True))
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .time(SPAN, "now")
        .refresh(REFRESH)
        .with_variable(build.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    return board.with_variable(_machines(page.dashboard.machines)) if page.dashboard.machines else board


def _machines(series: str) -> build.QueryVariable:
    """The choice of machines: all, one, or several."""
    return (
        build.QueryVariable("machine")
        .label("Machine")
        .query(f"label_values({series}, machine)")
        .datasource(SOURCE)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(ALL)
    )


def _panel(panel: Panel) -> Drawn:
    """What all kinds have in common, on the one it is."""
    steps = [dashboard.Threshold(step.at, step.colour) for step in panel.steps]
    words = {str(value): dashboard.ValueMappingResult(text=word) for value, word in panel.words}
    view = _kind(panel).title(panel.title).datasource(SOURCE).height(panel.height).unit(panel.unit)
    view.thresholds(build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.about:
        view.description(panel.about)
    if words:
        view.mappings([dashboard.ValueMap(words)])
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        view.with_target(_target(query, panel.kind).ref_id(letter))
    return view


def _target(query: Query, kind: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().datasource(SOURCE).expr(query.expression).legend_format(query.legend)
    match kind:
        case "number" | "name":
            return target.instant()
        case "table":
            return target.instant().format(PromQueryFormat.TABLE)
        case _:
            return target.range()


def _kind(panel: Panel) -> Drawn:
    match panel.kind:
        case "graph":
            return _graph()
        case "states":
            return _states()
        case "table":
            return _table()
        case _:
            return _number(is_name=panel.kind == "name")


def _graph() -> timeseries.Panel:
    legend = ways.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM)
    return (
        timeseries.Panel()
        .axis_soft_min(0)
        .fill_opacity(8)
        .legend(legend.display_mode(common.LegendDisplayMode.LIST))
        .tooltip(ways.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
    )


def _states() -> statetimeline.Panel:
    by_step = build.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS)
    return (
        statetimeline.Panel()
        .color_scheme(by_step)
        .merge_values(True)
        .show_value(common.VisibilityMode.AUTO)
        .legend(ways.VizLegendOptions().show_legend(False))
    )


def _table() -> table.Panel:
    """The labels alone: that there is one is what its value says."""
    unseen = {"Time": True, "Value": True}
    return table.Panel().with_transformation(
        dashboard.DataTransformerConfig("organize", options={"excludeByName": unseen})
    )


def _number(*, is_name: bool) -> stat.Panel:
    text = common.BigValueTextMode.NAME if is_name else common.BigValueTextMode.AUTO
    return (
        stat.Panel()
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .reduce_options(ways.ReduceDataOptions().calcs(["lastNotNull"]))
        .text_mode(text)
    )
