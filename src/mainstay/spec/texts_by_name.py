"""Names and texts as YAML, for somebody to edit, and back."""

from collections.abc import Callable, Mapping
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, ScalarString

from mainstay.spec import tree
from mainstay.spec.problem import Problem, SpecError

WIDEST = 1_000_000
"""No line is folded."""


def written(texts: Mapping[str, str]) -> str:
    """The lines `NAME: text`; "" for none."""
    yaml, sink = YAML(), StringIO()
    yaml.width = WIDEST
    if texts:
        yaml.dump({name: _form(text) for name, text in texts.items()}, sink)
    return sink.getvalue()


def read(text: str, file: str) -> dict[str, str]:
    """The texts by their names, each as it stands: `010` is no number. `file` is what problems name.

    Raises:
        SpecError: it is not such a list.
    """
    if not any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        return {}
    top, problems = tree.parse(text, file)
    assert isinstance(top.value, Mapping)
    no_texts = [
        Problem(file, node.line, name, "This is no text.", "Write it in quotes.")
        for name, node in top.value.items()
        if not isinstance(node.value, str) or not node.value
    ]
    if problems or no_texts:
        raise SpecError([*problems, *no_texts])
    return {name: str(node.value) for name, node in top.value.items()}


def _form(text: str) -> ScalarString:
    """A text of several lines is shown as such, where YAML can."""
    is_tame = all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))
    is_block = "\n" in text and is_tame and not text.startswith(("\n", " "))
    form: Callable[[str], ScalarString] = LiteralScalarString if is_block else DoubleQuotedScalarString
    return form(text)
