"""Nothing in src/ grows past what a reader can hold in mind."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture import measures
from tests.architecture.source import Module, modules_in

# What is over the budget today, by its address. It may only shrink: an entry that is no longer needed fails
# below, and a new one needs MOST_EXCEPTIONS raised, which a reviewer sees. Nothing may pass the hard limit.
EXCEPTIONS: tuple[str, ...] = ()
MOST_EXCEPTIONS = 0


@dataclass(frozen=True)
class Size:
    """One measured thing: its address, what was measured, the number, and the two limits."""

    address: str
    measure: str
    number: int
    budget: int
    hard: int

    def __str__(self) -> str:
        return f"{self.address}: {self.measure} {self.number}, of at most {self.budget}"


def sizes(module: Module) -> Iterator[Size]:
    yield Size(str(module.path), "lines", len(module.text.splitlines()), 300, 400)
    for owner in module.classes():
        yield Size(f"{module.path}::{owner.name}", "methods", measures.methods(owner), 15, 15)
    for function in module.functions():
        address = f"{module.path}::{function.name}"
        yield Size(address, "lines", measures.function_lines(function), 30, 60)
        yield Size(address, "nesting", measures.nesting(function), 3, 3)
        yield Size(address, "arguments", measures.arguments(function), 6, 6)


def all_sizes() -> list[Size]:
    return [size for module in modules_in("src") for size in sizes(module)]


def test_everything_is_within_its_budget() -> None:
    assert [str(size) for size in all_sizes() if size.number > size.budget and size.address not in EXCEPTIONS] == []


def test_nothing_passes_the_hard_limit() -> None:
    assert [str(size) for size in all_sizes() if size.number > size.hard] == []


def test_the_exceptions_only_shrink() -> None:
    needed = {size.address for size in all_sizes() if size.number > size.budget}
    assert sorted(set(EXCEPTIONS) - needed) == []
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS


NESTED = '''
def sample(one, *others, key=None):
    """Two lines
    of docstring."""
    for item in others:
        if item:
            pass
        elif key:
            with item:
                pass
        else:
            if one:
                pass
'''


def test_the_measures_count_as_the_style_says() -> None:
    function = ast.parse(NESTED).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert (measures.function_lines(function), measures.nesting(function), measures.arguments(function)) == (
        10,
        3,
        3,
    )
