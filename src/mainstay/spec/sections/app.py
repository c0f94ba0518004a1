"""The section `app`: the user's own application."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from mainstay.spec.sections.numbers import Between
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import ReadOnly, Section, lasting, nothing, own_keys
from mainstay.spec.sections.texts import AsWritten, Line, Matching, ProjectPath, UrlPath
from mainstay.spec.sections.units import Duration
from mainstay.spec.words import quote

RESERVED = (
    "PORT", "DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_CA", "MAINSTAY_SERVER", "MAINSTAY_RELEASE",
    "HOME", "PATH", "PYTHONPATH",
)  # fmt: skip
SECRET = re.compile(r"\$\{secret:([A-Za-z0-9_-]+)\}")
"""One of the user's own secrets, in the value of a variable."""

_MEANS_ANOTHER = re.compile(r"\$\{(secret|own|certificate|key|file|authority)\b[^}]*\}?")
Count = Annotated[int, Between(1, 256)]
Entry = Annotated[
    str,
    Matching(
        r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*",
        "a module and a name in it",
        "Write it as `package.module:app`.",
    ),
]


def unreserved(name: str) -> str:
    """Return the variable's name unchanged, or refuse one that Mainstay sets itself."""
    if name in RESERVED:
        raise refused(f"`{name}` is set by Mainstay.", "Use another name.")
    return name


def plain_or_secret(value: str) -> str:
    """Return a variable's value unchanged, or refuse one with a reference that is no secret's of the user."""
    if other := _MEANS_ANOTHER.search(SECRET.sub("", value)):
        what = f"{quote(other[0])} cannot stand here."
        raise refused(what, "Write a secret of yours as `${secret:NAME}`, of A-Z, a-z, 0-9, `_` and `-`.")
    return value


Variable = Annotated[
    str,
    Matching("[A-Z_][A-Z0-9_]*", "the name of a variable", "Use A-Z, 0-9 and `_`; begin with a letter."),
    AfterValidator(unreserved),
]


class App(Section):
    """Where the application is, how it is started, and how it is told that it is healthy."""

    source: ProjectPath = Field(description="The folder of the application, relative to this file.")
    wsgi: Entry | None = Field(None, description="The WSGI application, as `module:name`.")
    asgi: Entry | None = Field(None, description="The ASGI application, as `module:name`.")
    run: Line | None = Field(None, description="The command of any program that listens on $PORT.")
    health: UrlPath = Field("/up", description="The path that answers 200 when the application is well.")
    metrics: UrlPath | None = Field(None, description="The path that shows its own figures to Prometheus.")
    release: Line | None = Field(None, description="A command run once per release, before it serves.")
    env: ReadOnly[Variable, Annotated[AsWritten, AfterValidator(plain_or_secret)]] = Field(
        default_factory=nothing,
        description="Environment variables of the application; `${secret:NAME}` is one of your secrets.",
        json_schema_extra=own_keys,
    )
    workers: Count | None = Field(None, description="Processes per machine; left out, from its CPU count.")
    threads: Count | None = Field(None, description="Threads per process; left out, chosen by the server.")
    requirements: ProjectPath = Field(
        "requirements.txt", description="The list of Python packages, relative to `source`."
    )
    stop_timeout: Duration = lasting("30s", "How long requests under way may take to finish at a stop.")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the user's own secrets that the variables hold."""
        return tuple(sorted({name for value in self.env.values() for name in SECRET.findall(value)}))
