"""One file laid over another."""

from pathlib import Path

import pytest

from mainstay.spec import SpecError, load
from mainstay.spec.overlay import environments
from tests.unit.spec.vocabulary import loaded, says

BASE = """\
name: shop
domain: shop.test
machines: {srv-01: {runs: [balancer, web, app]}}
balancer: {port: 81, extra: [option a, option b]}
app: {source: app, wsgi: "shop:app", env: {A: 1, B: 2}, workers: 4}
https: off
firewall: off
monitoring: off
"""


def test_mappings_merge_null_removes_the_rest_replaces(tmp_path: Path) -> None:
    staging = """\
domain: staging.shop.test
balancer: {extra: [option c]}
app: {wsgi: ~, asgi: "shop:app", env: {B: 3, C: 4}, workers: null}
web: {headers: {X-Stage: staging, X-None: null}}
database: null
"""
    spec = loaded(tmp_path, BASE, staging=staging)
    assert (spec.name, spec.domain) == ("shop", "staging.shop.test")
    assert (spec.balancer.port, spec.balancer.extra) == (81, ("option c",))
    assert (spec.app.wsgi, spec.app.asgi, spec.app.workers) == (None, "shop:app", None)
    assert dict(spec.app.env) == {"A": "1", "B": "3", "C": "4"}
    assert dict(spec.web.headers) == {"X-Stage": "staging"}
    assert list(spec.machines) == ["srv-01"]


def test_a_mapping_replaces_what_was_none(tmp_path: Path) -> None:
    assert loaded(tmp_path, "lab: 5\n" + BASE, staging="lab: {port: 9000}").lab.port == 9000


def test_lines_point_into_the_file_the_value_came_from(tmp_path: Path) -> None:
    base = BASE.replace("shop.test", "Shop.Test")
    staging = """\
x-note: ignored
balancer: {algorithm: fist}

app: {workers: 999}
machines: {srv-02: {runs: web}}
"""
    assert says(tmp_path, base, staging=staging) == [
        'mainstay.staging.yaml:2: balancer.algorithm: "fist" is not an algorithm. Did you mean "first"?',
        "mainstay.staging.yaml:4: app.workers: 999 is not between 1 and 256.",
        'mainstay.staging.yaml:5: machines.srv-02.runs: Expected a list, found the text "web". Write `[web]`.',
        'mainstay.yaml:2: domain: "Shop.Test" is not in lower case. Write "shop.test".',
    ]


def test_removing_what_is_needed_is_told(tmp_path: Path) -> None:
    assert says(tmp_path, BASE, staging="name: null\n") == [
        "mainstay.yaml: name: This key is missing. Write one such as `name: shop`."
    ]


def test_both_files_are_read_strictly(tmp_path: Path) -> None:
    assert says(tmp_path, BASE + "https: off\n", staging="lab: {port: 1}\nlab: {port: 2}\n") == [
        'mainstay.staging.yaml:2: lab: "lab" is written twice, in line 1 and in line 2. Delete one of them.',
        'mainstay.yaml:9: https: "https" is written twice, in line 6 and in line 9. Delete one of them.',
    ]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            "stagin",
            (
                'mainstay.stagin.yaml: There is no environment "stagin". '
                'Did you mean "staging"? Known: production, staging.'
            ),
        ),
        ("qa", 'mainstay.qa.yaml: There is no environment "qa". Known: production, staging.'),
        (
            "../staging",
            'mainstay.yaml: There is no environment "../staging". Did you mean "staging"? Known: production, staging.',
        ),
    ],
)
def test_an_unknown_environment_lists_the_known(tmp_path: Path, environment: str, said: str) -> None:
    for name in ("mainstay.yaml", "mainstay.staging.yaml", "mainstay.production.yaml", "mainstayXqa.yaml"):
        (tmp_path / name).write_text(BASE, encoding="utf-8")
    assert refusal(tmp_path / "mainstay.yaml", environment).replace(f"{tmp_path}/", "") == said


def test_no_environment_at_all(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(BASE, encoding="utf-8")
    assert refusal(file, "qa").replace(f"{tmp_path}/", "") == (
        'site.qa.yaml: There is no environment "qa". No file site.<environment>.yaml stands beside it.'
    )


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert environments(tmp_path / "nowhere" / "mainstay.yaml") == ()


def refusal(file: Path, environment: str) -> str:
    with pytest.raises(SpecError) as caught:
        load(file, environment)
    return str(caught.value)
