"""The schema for editors agrees with the program."""

from typing import Any

import pytest

from mainstay.spec import BLUEPRINTS, SECTIONS, blueprint, json_schema, section_doc
from mainstay.spec.node import plain
from mainstay.spec.tree import parse
from tests.unit.spec.complaints import complaints

SCHEMA = json_schema()
PARTIAL = SCHEMA | {"required": []}


def test_it_is_a_schema() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_key_is_described() -> None:
    models = [SCHEMA, *SCHEMA["$defs"].values()]
    keys = [(key, field) for model in models for key, field in model["properties"].items()]
    assert [key for key, field in keys if not field.get("description")] == []


def test_notes_are_allowed_everywhere() -> None:
    models = [SCHEMA, *SCHEMA["$defs"].values()]
    keys = (("App", "env"), ("Dns", "credentials"))
    free = [SCHEMA["properties"]["machines"], *(SCHEMA["$defs"][model]["properties"][key] for model, key in keys)]
    assert [each["patternProperties"]["^x-"] for each in (*models, *free)] == [{}] * (len(models) + 3)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_blueprints_follow_it(name: str) -> None:
    assert complained(blueprint(name), SCHEMA) == []


@pytest.mark.parametrize("name", SECTIONS)
def test_examples_follow_it(name: str) -> None:
    assert complained(section_doc(name), PARTIAL) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("balancer: {algorithm: rundrobin}", "balancer.algorithm: enum"),
        ("balancer: {timeout: 5}", "balancer.timeout: type"),
        ("balancer: {timeout: 5 s}", "balancer.timeout: pattern"),
        ("lab: {buffer_pool: 10MB}", "lab.buffer_pool: pattern"),
        ("lab: {port: 0}", "lab.port: bounds"),
        ("database: {buffer_pool: 5}", "database.buffer_pool: anyOf"),
        ("machines: {A: {runs: [web]}}", "machines.A: unknown"),
        ("machines: {a: {runs: [wep]}}", "machines.a.runs: enum"),
        ("machines: {a: {}}", "machines.a: runs is missing"),
        ("app: {source: app, env: {a: b}}", "app.env.a: unknown"),
        ("app: {source: app, env: {A: [b]}}", "app.env.A: type"),
        ("https: maybe", "https: anyOf"),
        ("https: {acme: {email: a@b.org, dns: {provider: bind, credentials: {}}}}", "https: anyOf"),
        ("https: {acme: {email: a@b.org, dns: {provider: ovh, credentials: {}, wait: 5}}}", "https: anyOf"),
        ("unknown: 1", "unknown: unknown"),
    ],
)
def test_it_complains_as_the_program_does(text: str, complaint: str) -> None:
    assert complained(text, PARTIAL) == [complaint]


def complained(text: str, schema: dict[str, Any]) -> list[str]:
    data = listed(plain(parse(text, "mainstay.yaml")[0]))
    return list(complaints(data, schema, schema))


def listed(data: object) -> object:
    """The same data with lists for tuples, as JSON has them."""
    if isinstance(data, dict):
        return {key: listed(value) for key, value in data.items()}
    return [listed(value) for value in data] if isinstance(data, tuple) else data
