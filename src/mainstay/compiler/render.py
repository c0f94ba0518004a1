"""Templates to text: the only place that knows jinja2."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from mainstay.model.install import Content


def render(component: str, content: Content) -> str:
    """The text of a template of the component, or of another one's folder; an undefined variable is an error."""
    folder = content.beside or f"{component}/templates"
    name = f"{folder}/{content.template}"
    if content.variables is None:
        return _template(name)
    variables: dict[str, Any] = dict(content.variables)
    return _ENVIRONMENT.get_template(name).render(variables)


def _template(name: str) -> str:
    return resources.files("mainstay.components").joinpath(*name.split("/")).read_text(encoding="utf-8")


def _sources(package: str) -> Iterator[tuple[str, str]]:
    """The modules of a package that runs on the machines, by name, with their text; nothing of it is imported by us."""
    files = (file for file in resources.files(package).iterdir() if file.name.endswith(".py"))
    for file in sorted(files, key=lambda file: file.name):
        name = file.name.removesuffix(".py")
        yield package if name == "__init__" else f"{package}.{name}", file.read_text(encoding="utf-8")


# By a loader, so that a template is compiled once, however many machines get it.
_ENVIRONMENT = Environment(
    loader=FunctionLoader(_template),
    undefined=StrictUndefined,
    autoescape=False,  # configuration files, not HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.globals["sources"] = _sources
