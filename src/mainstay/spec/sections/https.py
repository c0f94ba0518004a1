"""The section `https`: how the site is served over TLS; `off` in its place serves it in the clear."""

from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.dns import Dns
from mainstay.spec.sections.machines import Port
from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import Matching, ProjectPath
from mainstay.spec.sections.units import Switch

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"

Email = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", "an e-mail address", "Write one such as ops@example.org."
    ),
]
DirectoryUrl = Annotated[
    str,
    Matching(
        r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?",
        "the URL of an ACME directory",
        f"Write one such as {LETS_ENCRYPT}.",
    ),
]


class Acme(Section):
    """An authority that browsers know, and that gives certificates to whoever shows that the names are theirs."""

    email: Email = Field(description="Whom the authority writes to.")
    directory: DirectoryUrl = Field(LETS_ENCRYPT, description="The authority's ACME directory.")
    authority: ProjectPath | None = Field(
        None, description="By what the ACME server itself is known, a PEM file; left out, by what the machines trust."
    )
    dns: Dns | None = Field(
        None, description="How the names are shown to be yours by DNS; left out, by port 80, to which they must lead."
    )


class Https(Section):
    """Where the certificate comes from, and what browsers are told."""

    port: Port = Field(443, description="The port the site is served on over TLS.")
    certificate: ProjectPath | None = Field(
        None,
        description="The site's certificate and its chain, a PEM file; left out, the site's own authority makes one.",
    )
    key: ProjectPath | None = Field(None, description="The certificate's private key, a PEM file.")
    acme: Acme | None = Field(None, description="Where a certificate is asked for that browsers know.")
    http3: Switch = Field(
        True,
        description="Whether browsers are offered HTTP/3, by UDP at the same port, where HAProxy has it.",
        json_schema_extra={"default": "on"},
    )
    hsts: Switch = Field(
        True,
        description="Whether browsers are told to come by TLS only, for two years.",
        json_schema_extra={"default": "on"},
    )
