"""The section `machines`: which machines there are, and what each runs."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from mainstay.spec.sections.numbers import Between
from mainstay.spec.sections.refusal import refused
from mainstay.spec.sections.section import OrEmpty, ReadOnly, Section, own_keys
from mainstay.spec.sections.texts import Address, Line, Matching, chosen

Role = Literal["balancer", "web", "app", "database", "monitoring", "witness"]
ROLES: tuple[Role, ...] = get_args(Role)
MOST_MACHINES = 20

Port = Annotated[int, Between(1, 65_535)]
MachineName = Annotated[
    str,
    Matching(
        "[a-z]([a-z0-9-]{0,29}[a-z0-9])?",
        "a name for a machine",
        "Use at most 31 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`.",
    ),
]
User = Annotated[
    str,
    Matching("[a-z_][a-z0-9_-]{0,31}", "the name of a user", "Use a-z, 0-9, `_` and `-`; begin with a letter."),
]


def distinct_roles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Return the roles unchanged, or refuse an empty list and one that names a role twice."""
    if not roles:
        raise refused("The machine runs nothing.", f"Write one or more of {', '.join(ROLES)}.")
    twice = sorted({role for role in roles if roles.count(role) > 1})
    if twice:
        raise refused(f"`{twice[0]}` is written twice.", "Delete one of them.")
    return roles


class Ssh(Section):
    """How a machine that exists is reached over SSH; without meaning in the lab."""

    user: User = Field("root", description="The user to log in as; it must be root, by whatever name.")
    port: Port = Field(22, description="The port of the SSH server.")
    key: Line | None = Field(None, description="The private key's file; left out, SSH finds its own.")


class Machine(Section):
    """One machine: the roles it runs in the order written, and how to reach it."""

    runs: Annotated[tuple[Annotated[Role, chosen("a role", ROLES)], ...], AfterValidator(distinct_roles)] = Field(
        description="The roles this machine runs.", json_schema_extra={"minItems": 1, "uniqueItems": True}
    )
    address: Address | None = Field(
        None,
        description="The IPv4 address of a server that exists; left out, the machine is made in the lab.",
    )
    ssh: Annotated[Ssh, OrEmpty] = Field(default_factory=Ssh, description="How the server is reached.")


def counted(machines: Mapping[str, Machine]) -> Mapping[str, Machine]:
    """Return the machines unchanged, or refuse none and more than 20."""
    if not 1 <= len(machines) <= MOST_MACHINES:
        raise refused(f"There are {len(machines)} machines.", f"Write from 1 to {MOST_MACHINES}.")
    return machines


Machines = Annotated[
    ReadOnly[MachineName, Machine],
    AfterValidator(counted),
    Field(
        description="The machines by name, in the order that is shown everywhere.",
        json_schema_extra=own_keys,
    ),
]
