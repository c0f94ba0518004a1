"""How big a piece of source is; each measure is a plain number."""

import ast

from tests.architecture.source import FUNCTIONS, Function

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
OWN_SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)


def function_lines(function: Function) -> int:
    """Lines from `def` to the end, without decorators and docstring."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1 - docstring_lines(function)


def docstring_lines(function: Function) -> int:
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def arguments(function: Function) -> int:
    """Arguments a caller can give; `self` and `cls` are not among them."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in named) + bool(given.vararg) + bool(given.kwarg)


def methods(owner: ast.ClassDef) -> int:
    return sum(isinstance(node, FUNCTIONS) for node in owner.body)


def nesting(function: Function) -> int:
    """The deepest pile of blocks; an `elif` stands beside its `if`, a nested function counts by itself."""
    return max(depth(statement) for statement in function.body)


def depth(node: ast.AST) -> int:
    """Blocks on the deepest way down from a node, itself included."""
    if isinstance(node, OWN_SCOPES):
        return 0
    below = max((depth(child) - is_elif(child, node) for child in ast.iter_child_nodes(node)), default=0)
    return isinstance(node, BLOCKS) + below


def is_elif(child: ast.AST, parent: ast.AST) -> bool:
    return (
        isinstance(child, ast.If)
        and isinstance(parent, ast.If)
        and parent.orelse == [child]
        and child.col_offset == parent.col_offset
    )
