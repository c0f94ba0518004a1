"""The section `database`: MySQL, its replicas and its failover."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from mainstay.spec.sections.section import Section, lasting
from mainstay.spec.sections.texts import chosen
from mainstay.spec.sections.units import Duration, Size

Engine = Literal["mysql"]
Failover = Literal["automatic", "manual"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
FAILOVERS: tuple[Failover, ...] = get_args(Failover)
Takeover = Literal["fast", "normal", "safe"]
TAKEOVERS: tuple[Takeover, ...] = get_args(Takeover)


class Database(Section):
    """Which database, and what happens when its primary is lost."""

    engine: Annotated[Engine, chosen("a database this version knows", ENGINES)] = Field(
        "mysql", description="The database's program."
    )
    failover: Annotated[Failover, chosen("a kind of failover", FAILOVERS)] = Field(
        "automatic", description="Who promotes a replica when the primary is lost: the machines, or you."
    )
    takeover: Annotated[Takeover, chosen("a way to take over", TAKEOVERS)] = Field(
        "normal", description="How soon a primary that is not heard of is given up: after 3, 5 or 10 s."
    )
    max_lag: Duration = lasting("5s", "How far a replica may be behind and still be read from.")
    buffer_pool: Size | None = Field(
        None, description="The memory InnoDB caches in; left out, MySQL's own default of 128 MiB."
    )
