"""The programs that lie in a component's templates."""

import importlib.util
from importlib import resources
from typing import Any


def as_module(component: str, file: str) -> Any:
    """A program that is written to machines as it stands, as a module whose functions can be asked."""
    path = resources.files("mainstay.components").joinpath(component, "templates", file)
    spec = importlib.util.spec_from_file_location(f"{component}_{path.name.partition('.')[0]}", str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
