"""Every module of src/ says what it is, is named for what it holds, and shows its imports at the top."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules_in

NAMELESS = frozenset({"utils", "util", "common", "helpers", "helper", "core", "manager", "misc"})
SOURCE = modules_in("src")


def opens_with_one_line(module: Module) -> bool:
    """A docstring whose first line stands for itself comes first, or right after a program's shebang."""
    docstring = ast.get_docstring(module.tree)
    if docstring is None or module.tree.body[0].lineno != 1 + module.text.startswith("#!"):
        return False
    first, *rest = docstring.splitlines()
    return bool(first) and (not rest or rest[0] == "")


def late_imports(module: Module) -> Iterator[str]:
    for function in module.functions():
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{module.path}:{node.lineno} in {function.name}"


def names(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def test_every_module_opens_with_one_line_that_says_what_it_is() -> None:
    assert [str(module.path) for module in SOURCE if not opens_with_one_line(module)] == []


def test_no_name_stands_for_anything_and_everything() -> None:
    assert [str(module.path) for module in SOURCE if NAMELESS & {*module.path.parts, module.path.stem}] == []


def test_no_import_hides_in_a_function() -> None:
    assert [place for module in SOURCE for place in late_imports(module)] == []


def test_no_import_is_for_the_type_checker_only() -> None:
    assert [str(module.path) for module in SOURCE if "TYPE_CHECKING" in names(module)] == []


# The words that no test may hold: here they are what is looked for.
@pytest.mark.parametrize("banned", ["mock.patch", "monkeypatch.setattr", "monkeypatch.setitem"])
def test_fakes_instead_of_patches(banned: str) -> None:
    own = "tests/architecture/test_shape.py"
    tests = modules_in("tests", "examples")
    assert [str(module.path) for module in tests if banned in module.text and str(module.path) != own] == []
