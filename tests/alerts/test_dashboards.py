"""Every question of every dashboard is one that Prometheus understands."""

import json
from pathlib import Path

import pytest

from mainstay.operations.dashboards.draw import drawn
from mainstay.operations.dashboards.gather import gathered
from mainstay.spec import Spec
from tests.alerts.test_alerts import needs_promtool, promtool
from tests.dashboards import EVERYTHING, LITTLE, Asked, asked


def questions(spec: Spec) -> list[Asked]:
    return list(asked({page.dashboard.name: drawn(page, "shop") for page in gathered(spec)}))


def as_rules(expressions: list[str]) -> str:
    """A file of rules, each of which records one of the expressions; JSON is YAML, too."""
    rules = [{"record": f"question:{number}", "expr": text} for number, text in enumerate(expressions)]
    return json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}, indent=1)


def complaints(expressions: list[str], folder: Path) -> str:
    file = folder / "rules.yml"
    file.write_text(as_rules(expressions))
    return promtool("check", "rules", file)


@needs_promtool
@pytest.mark.parametrize("spec", [EVERYTHING, LITTLE], ids=["everything", "little"])
def test_every_question_is_understood(spec: Spec, tmp_path: Path) -> None:
    assert complaints([question.expression for question in questions(spec)], tmp_path) == ""


@needs_promtool
def test_one_that_is_not_understood_is_found(tmp_path: Path) -> None:
    assert "parse error" in complaints(["up", "sum by (machine (up)"], tmp_path)


def test_no_variable_is_left_unfilled() -> None:
    assert [question for question in questions(EVERYTHING) if "$" in question.expression] == []
