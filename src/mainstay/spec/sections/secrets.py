"""The section `secrets`: who of a team opens the site's secrets."""

from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.section import Section
from mainstay.spec.sections.texts import Matching

PublicKey = Annotated[
    str,
    Matching(
        "age1[a-z0-9]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?",
        "a public key of age or OpenSSH",
        "Write the line of a `.pub` file, or one such as `age1...`.",
    ),
]


class Secrets(Section):
    """Who opens them."""

    recipients: tuple[PublicKey, ...] = Field(
        (), description="The public keys of those who open the site's secrets, which then lie sealed beside this file."
    )
