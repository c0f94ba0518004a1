"""The section `web`: Nginx, which serves files and hands the rest to the application."""

from typing import Annotated

from pydantic import AfterValidator, Field

from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import ReadOnly, Section, lasting, nothing, own_keys, sized
from mainstay.spec.sections.texts import Alias, AsWritten, Matching, ProjectPath, UrlPrefix
from mainstay.spec.sections.units import Duration, Size
from mainstay.spec.words import quote

# A token of RFC 9110, section 5.6.2, without the signs that mean something to Nginx.
HeaderName = Annotated[
    str, Matching("[A-Za-z0-9!%&*+.^_|~-]+", "the name of a header", "Write a name such as X-Frame-Options.")
]


def quotable(value: str) -> str:
    r"""Return the header's value unchanged, or refuse one with `"`, `$` or `\`, all special to Nginx."""
    for char in '"$\\':
        if char in value:
            raise refused(f"{quote(char)} cannot stand in the value of a header.", "Write the value without it.")
    return value


class Web(Section):
    """What Nginx serves, and how."""

    static: ReadOnly[UrlPrefix, ProjectPath] = Field(
        default_factory=nothing,
        description="Folders served as files: the prefix of the URL, and the path relative to this file.",
        json_schema_extra=own_keys,
    )
    aliases: tuple[Alias, ...] = Field(
        (), description="Further host names under which the site is served; `*.` in front means all directly below."
    )
    max_body: Size = sized("16MiB", "The largest request that is accepted.")
    timeout: Duration = lasting("30s", "How long the application may take to answer.")
    headers: ReadOnly[HeaderName, Annotated[AsWritten, AfterValidator(quotable)]] = Field(
        default_factory=nothing, description="Headers added to every response."
    )
