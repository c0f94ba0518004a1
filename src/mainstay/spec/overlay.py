"""Laying the file of an environment over the project's file."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mainstay.spec.node import Node, scalar
from mainstay.spec.problem import Problem, SpecError
from mainstay.spec.words import did_you_mean, quote

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def overlay_file(file: Path, environment: str) -> Path:
    """Return the path of the environment's file, which stands beside `file`.

    Raises SpecError where the name cannot be one, or there is no such file; the fix lists those there are.
    """
    over = file.with_name(f"{file.stem}.{environment}{file.suffix}") if _NAME.fullmatch(environment) else None
    if over is None or not over.exists():
        what = f"There is no environment {quote(environment)}."
        raise SpecError([Problem(str(over or file), None, "", what, _known(file, environment))])
    return over


def _known(file: Path, environment: str) -> str:
    names = environments(file)
    if not names:
        return f"No file {file.stem}.<environment>{file.suffix} stands beside it."
    return f"{did_you_mean(environment, names)} Known: {', '.join(names)}.".lstrip()


def environments(file: Path) -> tuple[str, ...]:
    """Return the names of the environments that have a file beside `file`, sorted."""
    try:
        names = [beside.name for beside in file.parent.iterdir()]
    except OSError:
        return ()
    form = re.compile(re.escape(f"{file.stem}.") + f"({_NAME.pattern})" + re.escape(file.suffix))
    return tuple(sorted(found[1] for name in names if (found := form.fullmatch(name))))


def merged(base: Node, over: Node) -> Node:
    """Return `base` with `over` laid over it.

    Mappings merge key by key, `null` removes the key, everything else replaces; each value keeps its place.
    """
    if not isinstance(over.value, Mapping):
        return over
    values = dict(base.value) if isinstance(base.value, Mapping) else {}
    for key, node in over.value.items():
        if _is_null(node):
            values.pop(key, None)
        else:
            values[key] = merged(values.get(key, node), node)
    return replace(base if isinstance(base.value, Mapping) else over, value=values)


def _is_null(node: Node) -> bool:
    return isinstance(node.value, str) and scalar(node) is None
