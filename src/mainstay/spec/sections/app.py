"""The section `app`: the user's own application."""

from typing import Annotated

from pydantic import AfterValidator, Field

from mainstay.spec.sections.numbers import Between
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import ReadOnly, Section, lasting, nothing, own_keys
from mainstay.spec.sections.texts import AsWritten, Line, Matching, ProjectPath, UrlPath
from mainstay.spec.sections.units import Duration

RESERVED = (
    "PORT", "DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_CA", "MAINSTAY_SERVER", "MAINSTAY_RELEASE",
    "HOME", "PATH", "PYTHONPATH",
)  # fmt: skip
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
    release: Line | None = Field(None, description="A command run once per release, before it serves.")
    env: ReadOnly[Variable, AsWritten] = Field(
        default_factory=nothing,
        description="Environment variables of the application.",
        json_schema_extra=own_keys,
    )
    workers: Count | None = Field(None, description="Processes per machine; left out, from its CPU count.")
    threads: Count | None = Field(None, description="Threads per process; left out, chosen by the server.")
    requirements: ProjectPath = Field(
        "requirements.txt", description="The list of Python packages, relative to `source`."
    )
    stop_timeout: Duration = lasting("30s", "How long requests under way may take to finish at a stop.")
