"""The whole file as one frozen value."""

from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.app import App
from mainstay.spec.sections.balancer import Balancer
from mainstay.spec.sections.database import Database
from mainstay.spec.sections.dns import Dns
from mainstay.spec.sections.firewall import Firewall
from mainstay.spec.sections.https import Https
from mainstay.spec.sections.lab import Lab
from mainstay.spec.sections.machines import Machines, Role
from mainstay.spec.sections.monitoring import Monitoring
from mainstay.spec.sections.secrets import Secrets
from mainstay.spec.sections.section import OrEmpty, OrOff, Section, or_switch
from mainstay.spec.sections.texts import HostName, Matching
from mainstay.spec.sections.updates import Updates
from mainstay.spec.sections.web import Web

SiteName = Annotated[
    str,
    Matching(
        "[a-z]([a-z0-9-]{0,18}[a-z0-9])?",
        "a name for a site",
        "Use at most 20 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`.",
    ),
]


class Spec(Section):
    """What the user wants: every section, with its defaults filled in.

    Durations are seconds, sizes are bytes, switches are booleans, `machines` is in the order of the file. A
    section that no machine runs (`database` on a site without one) still has its defaults: ask `running`.
    """

    name: SiteName = Field(description="The name of the site; machines, files and networks carry it.")
    domain: HostName = Field(description="The host name the site is served under.")
    machines: Machines
    balancer: Annotated[Balancer, OrEmpty] = Field(default_factory=Balancer, description="HAProxy.")
    web: Annotated[Web, OrEmpty] = Field(default_factory=Web, description="Nginx.")
    app: Annotated[App, OrEmpty] = Field(description="The application.")
    database: Annotated[Database, OrEmpty] = Field(default_factory=Database, description="MySQL.")
    https: Annotated[Https | None, OrOff] = Field(
        default_factory=Https, description="TLS for visitors, or off.", json_schema_extra=or_switch
    )
    firewall: Annotated[Firewall | None, OrOff] = Field(
        default_factory=Firewall,
        description="Every port closed that nobody declared, or off.",
        json_schema_extra=or_switch,
    )
    monitoring: Annotated[Monitoring | None, OrOff] = Field(
        default_factory=Monitoring,
        description="Every machine measured, and somebody told; or off.",
        json_schema_extra=or_switch,
    )
    updates: Annotated[Updates | None, OrOff] = Field(
        default_factory=Updates,
        description="Security updates of the servers' system, by night; or off.",
        json_schema_extra=or_switch,
    )
    secrets: Annotated[Secrets, OrEmpty] = Field(default_factory=Secrets, description="Who opens the site's secrets.")
    lab: Annotated[Lab, OrEmpty] = Field(default_factory=Lab, description="The lab's own profile.")

    @property
    def host_names(self) -> tuple[str, ...]:
        """All under which the site is served, `domain` first."""
        return tuple(dict.fromkeys((self.domain, *self.web.aliases)))

    @property
    def dns(self) -> Dns | None:
        """How an authority is shown by DNS that the names are the user's; None where it is not."""
        return self.https.acme.dns if self.https and self.https.acme else None

    @property
    def in_lab(self) -> bool:
        """Whether the machines are made in the lab: none has an address of its own."""
        return all(machine.address is None for machine in self.machines.values())

    @property
    def is_failover_automatic(self) -> bool:
        """Whether the machines decide by themselves who is primary."""
        return bool(self.running("database")) and self.database.failover == "automatic"

    @property
    def own_secrets(self) -> tuple[str, ...]:
        """The names of the user's own secrets that the file refers to."""
        others = (self.monitoring, self.dns)
        return tuple(sorted({*self.app.secrets, *(name for section in others if section for name in section.secrets)}))

    def running(self, role: Role) -> tuple[str, ...]:
        """Return the names of the machines that run the role, in the order of the file."""
        return tuple(name for name, machine in self.machines.items() if role in machine.runs)
