"""Templates to text: the only place that knows jinja2."""

from importlib import resources
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined

from mainstay.model.install import Content

_ENVIRONMENT = Environment(
    loader=BaseLoader(),
    undefined=StrictUndefined,
    autoescape=False,  # configuration files, not HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(component: str, content: Content) -> str:
    """The text of a template in the component's `templates/` folder; an undefined variable is an error."""
    text = _template(component, content.template)
    if content.variables is None:
        return text
    variables: dict[str, Any] = dict(content.variables)
    return _ENVIRONMENT.from_string(text).render(variables)


def _template(component: str, name: str) -> str:
    folder = resources.files("mainstay.components").joinpath(component, "templates")
    return folder.joinpath(name).read_text(encoding="utf-8")
