"""From the user's file to a Spec: read, parse, overlay, validate, and ask the rules."""

from pathlib import Path

from pydantic import ValidationError

from mainstay.spec import translate
from mainstay.spec.draft import drafted
from mainstay.spec.node import Node, locate, plain_mapping
from mainstay.spec.overlay import merged, overlay_file
from mainstay.spec.problem import Issue, Problem, SpecError
from mainstay.spec.rules import RULES
from mainstay.spec.sections.spec import Spec
from mainstay.spec.source import read
from mainstay.spec.tree import parse


def load(file: Path, environment: str | None = None) -> Spec:
    """Return the specification that a file, and the overlay of an environment, describe.

    With an environment, `mainstay.<environment>.yaml` beside the file is laid over it. Raises SpecError with
    every problem found; nothing else, whatever the files hold.
    """
    root, problems = _tree(file, environment)
    spec, refused = _validated(root)
    found = (*refused, *_ruled(root, refused))
    if spec is None or found or problems:
        raise SpecError((*problems, *(locate(root, issue) for issue in found)))
    return spec


def _tree(file: Path, environment: str | None) -> tuple[Node, tuple[Problem, ...]]:
    base, problems = parse(read(file), str(file))
    if environment is None:
        return base, problems
    over = overlay_file(file, environment)
    above, more = parse(read(over), str(over))
    return merged(base, above), problems + more


def _validated(root: Node) -> tuple[Spec | None, tuple[Issue, ...]]:
    try:
        return Spec.model_validate(plain_mapping(root)), ()
    except ValidationError as error:
        return None, tuple(translate.issues(error, root))


def _ruled(root: Node, refused: tuple[Issue, ...]) -> tuple[Issue, ...]:
    draft = drafted(plain_mapping(root), frozenset(str(issue.path[0]) for issue in refused))
    return tuple(issue for rule in RULES for issue in rule(draft))
