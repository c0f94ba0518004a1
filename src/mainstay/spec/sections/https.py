"""The section `https`: how the site is served over TLS; `off` in its place serves it in the clear."""

from pydantic import Field

from mainstay.spec.sections.machines import Port
from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import ProjectPath
from mainstay.spec.sections.units import Switch


class Https(Section):
    """Where the certificate comes from, and what browsers are told."""

    port: Port = Field(443, description="The port the site is served on over TLS.")
    certificate: ProjectPath | None = Field(
        None,
        description="The site's certificate and its chain, a PEM file; left out, the site's own authority makes one.",
    )
    key: ProjectPath | None = Field(None, description="The certificate's private key, a PEM file.")
    hsts: Switch = Field(
        True,
        description="Whether browsers are told to come by TLS only, for two years.",
        json_schema_extra={"default": "on"},
    )
