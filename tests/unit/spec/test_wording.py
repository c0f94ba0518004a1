"""Whatever the file holds, the user reads our words: no library speaks through, and nothing else is raised."""

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from mainstay.spec import SpecError, load
from mainstay.spec.problem import Problem
from mainstay.spec.sections.section import Section
from mainstay.spec.translate import MODELS

JARGON = (
    *("pydantic", "Input should", "valid string", "valid integer", "Field required", "Extra inputs", "validation"),
    *("NoneType", "dict", "tuple", "str_", "_type", "Traceback", "ruamel", "Error", "literal", "instance of"),
    *(f"{model.__name__}(" for model in MODELS.values()),
    *("class ", "<", "object at"),
)
KEYS = sorted({key for model in MODELS.values() for key in model.model_fields} | {"srv-01", "A", "/x", "x-a"})
WRONG: tuple[object, ...] = (None, True, 5, -1.5, "", "a b", "\n", [], ["web"], [[]], {}, {"a": 1}, [{"a": None}])

scalars = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
trees = some.recursive(
    scalars | some.sampled_from(("app", "web", "balancer", "5s", "mysql", "off")),
    lambda below: (
        some.lists(below, max_size=4)
        | some.dictionaries(some.sampled_from(KEYS) | some.text(max_size=4), below, max_size=6)
    ),
    max_leaves=30,
)
yaml_text = some.text(some.sampled_from("abx-:*&![]{}<>?|#%@'\"\\ \n\t~019.,"), max_size=80)


def problems(text: str, overlay: str | None = None) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mainstay.yaml"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        if overlay is not None:
            (Path(folder) / "mainstay.over.yaml").write_bytes(overlay.encode("utf-8", "surrogatepass"))
        try:
            load(file, None if overlay is None else "over")
        except SpecError as error:
            return error.problems
        return ()


@given(some.text() | yaml_text)
@settings(max_examples=60, deadline=None)
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    problems(text)


@given(yaml_text, yaml_text)
@settings(max_examples=60, deadline=None)
def test_arbitrary_overlays_raise_nothing_else(text: str, overlay: str) -> None:
    problems("x-a: 1\n" + text, "x-b: 2\n" + overlay)


@given(some.dictionaries(some.sampled_from(KEYS), trees, max_size=8))
@settings(max_examples=60, deadline=None)
def test_arbitrary_data_raises_nothing_else(data: dict[str, object]) -> None:
    problems(json.dumps(data))


@given(trees)
@settings(max_examples=60, deadline=None)
def test_arbitrary_overlay_data_raises_nothing_else(data: object) -> None:
    problems("name: shop", json.dumps(data))


def test_every_wrong_value_of_every_key_is_told_in_our_words() -> None:
    for path, model in MODELS.items():
        for key in model.model_fields:
            ensure_own_words((*path, key))
        ensure_own_words(path)


def ensure_own_words(path: tuple[str | int, ...]) -> None:
    for value in WRONG:
        for problem in problems(json.dumps(nested(path, value))):
            heard = [word for word in JARGON if word in problem.what + problem.fix]
            assert heard == [], str(problem)
            assert problem.what.endswith("."), str(problem)
            assert problem.fix == "" or problem.fix[-1] in ".?", str(problem)


def nested(path: tuple[str | int, ...], value: object) -> object:
    for part in reversed(path):
        value = {"srv-01" if part == "*" else part: value}
    return value


def test_the_table_of_models_is_whole() -> None:
    public = {model for model in subclasses(Section) if ".sections." in model.__module__}
    assert public == set(MODELS.values())


def subclasses(model: type[Section]) -> set[type[Section]]:
    return set(model.__subclasses__()).union(*map(subclasses, model.__subclasses__()))
