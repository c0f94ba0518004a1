"""The texts that come with the program: blueprints to start from, and one annotated example per section."""

from importlib.resources import files

from mainstay.model.error import MainstayError
from mainstay.spec.words import did_you_mean, one_of, quote

BLUEPRINTS = ("simple", "distributed", "ha")
SECTIONS = (
    "site", "machines", "balancer", "web", "app", "database", "https", "firewall", "monitoring", "updates", "secrets",
    "lab",
)  # fmt: skip


class UnknownNameError(MainstayError, LookupError):
    """There is no blueprint, or no section, of that name; the message says which there are."""


def blueprint(name: str) -> str:
    """Return the commented file of a blueprint. Raises UnknownNameError."""
    return _text("blueprint", name, BLUEPRINTS)


def section_doc(name: str) -> str:
    """Return the annotated example of a section. Raises UnknownNameError."""
    return _text("section", name, SECTIONS)


def _text(kind: str, name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        guess = did_you_mean(name, known) or one_of(known)
        raise UnknownNameError(f"There is no {kind} {quote(name)}. {guess}")
    folder = {"blueprint": "blueprints", "section": "docs"}[kind]
    return files("mainstay.spec").joinpath(folder, f"{name}.yaml").read_text(encoding="utf-8")
