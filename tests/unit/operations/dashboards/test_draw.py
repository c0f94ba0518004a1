"""Dashboards as Grafana reads them."""

import json
from itertools import pairwise

import pytest

from mainstay.model.dashboard import YES_OR_NO, Panel, Query, good_from
from mainstay.operations.dashboards.catalogue import DASHBOARDS
from mainstay.operations.dashboards.draw import drawn, uid, widths
from mainstay.operations.dashboards.gather import Page, gathered
from tests.dashboards import EVERYTHING, panels

LONGEST = 63
"""The name of a site has at most so many characters."""

TEXTS = {page.dashboard.name: drawn(page, "shop") for page in gathered(EVERYTHING)}
each_dashboard = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def drawn_panel(panel: Panel) -> dict[str, object]:
    """The one panel, as it is drawn."""
    (_, found) = panels(drawn(Page(DASHBOARDS[0], {"Now": (panel,)}), "shop"))
    return found


def of_widths(*given: int) -> list[int]:
    return list(widths([Panel("", (), width=width) for width in given]))


def test_the_same_site_gives_the_same_bytes() -> None:
    assert {page.dashboard.name: drawn(page, "shop") for page in gathered(EVERYTHING)} == TEXTS


@each_dashboard
def test_it_can_be_kept_in_git(text: str) -> None:
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_each_is_known_again_by_its_site_and_name() -> None:
    boards = {name: json.loads(text) for name, text in TEXTS.items()}
    assert {name: board["uid"] for name, board in boards.items()} == {
        "site": "mainstay-ac6a4ca2-site",
        "machines": "mainstay-ac6a4ca2-machines",
        "balancers": "mainstay-ac6a4ca2-balancers",
        "servers": "mainstay-ac6a4ca2-servers",
        "database": "mainstay-ac6a4ca2-database",
        "monitoring": "mainstay-ac6a4ca2-monitoring",
    }
    assert boards["site"]["title"] == "shop: Site"


def test_two_sites_share_no_dashboard_and_no_name_is_too_long_for_grafana() -> None:
    assert uid("shop", "site") != uid("shop-2", "site")
    assert max(len(uid("s" * LONGEST, dashboard.name)) for dashboard in DASHBOARDS) <= 40


@each_dashboard
def test_the_reader_chooses_which_prometheus_is_asked(text: str) -> None:
    first, *others = json.loads(text)["templating"]["list"]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
    shown = [panel for panel in panels(text) if panel["type"] != "row"]
    sources = [*others, *shown, *(target for panel in shown for target in panel["targets"])]
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert [source for source in sources if source["datasource"] != chosen] == []


@each_dashboard
def test_machines_can_be_chosen_where_panels_heed_it_and_only_there(text: str) -> None:
    offered = [variable["name"] for variable in json.loads(text)["templating"]["list"]]
    asked = [target["expr"] for panel in panels(text) for target in panel.get("targets", ())]
    assert ("machine" in offered) == any("$machine" in expression for expression in asked)


@each_dashboard
def test_panels_stand_side_by_side_and_fill_the_page(text: str) -> None:
    lines: dict[int, list[dict[str, int]]] = {}
    for panel in panels(text):
        lines.setdefault(panel["gridPos"]["y"], []).append(panel["gridPos"])
    for line in lines.values():
        assert line[0]["x"] == 0
        assert all(left["x"] + left["w"] == right["x"] for left, right in pairwise(line))
        assert line[-1]["x"] + line[-1]["w"] == 24
    heights = [max(place["h"] for place in line) for line in lines.values()]
    assert [y + height for y, height in zip(lines, heights, strict=True)][:-1] == list(lines)[1:]


@each_dashboard
def test_panels_have_numbers_of_their_own(text: str) -> None:
    numbers = [panel["id"] for panel in panels(text)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_last_of_a_line_takes_what_is_left() -> None:
    assert of_widths(8, 8, 8) == [8, 8, 8]
    assert of_widths(8, 8, 8, 8) == [8, 8, 8, 24]
    assert of_widths(4, 12, 12) == [4, 20, 24]
    assert of_widths(24, 8, 4) == [24, 8, 16]


@pytest.mark.parametrize(
    ("kind", "drawn_as", "is_now"),
    [
        ("graph", "timeseries", False),
        ("states", "state-timeline", False),
        ("number", "stat", True),
        ("name", "stat", True),
        ("table", "table", True),
    ],
)
def test_what_is_asked_for_now_is_not_asked_for_over_time(kind: str, drawn_as: str, *, is_now: bool) -> None:
    panel = drawn_panel(Panel("Up", (Query("up", "{{machine}}"),), kind))
    (target,) = json.loads(json.dumps(panel["targets"]))
    assert (panel["type"], target["instant"], target["range"]) == (drawn_as, is_now, not is_now)
    assert (target["expr"], target["legendFormat"], target["refId"]) == ("up", "{{machine}}", "A")


def test_colours_and_words_are_those_of_the_component() -> None:
    panel = drawn_panel(Panel("Up", (Query("up"),), "number", "s", good_from(1), YES_OR_NO, about="How to read it."))
    assert panel["description"] == "How to read it."
    assert panel["fieldConfig"] == {
        "defaults": {
            "mappings": [{"type": "value", "options": {"0": {"text": "no"}, "1": {"text": "yes"}}}],
            "thresholds": {
                "mode": "absolute",
                "steps": [{"value": None, "color": "red"}, {"value": 1, "color": "green"}],
            },
            "unit": "s",
        },
        "overrides": [],
    }
