"""What is sound of a file so far, so that rules between sections work beside a broken section."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.app import App
from mainstay.spec.sections.balancer import Balancer
from mainstay.spec.sections.database import Database
from mainstay.spec.sections.firewall import Firewall
from mainstay.spec.sections.https import Https
from mainstay.spec.sections.machines import Machines, Role
from mainstay.spec.sections.monitoring import Monitoring
from mainstay.spec.sections.section import OrOff, Section
from mainstay.spec.sections.web import Web


class Draft(Section):
    """The sections the rules ask about; None stands for a broken one, or one that is off.

    `written` names all top-level keys, `broken` those that were refused.
    """

    written: frozenset[str]
    broken: frozenset[str] = frozenset()
    machines: Machines | None = None
    app: App | None = None
    balancer: Balancer | None = Field(default_factory=Balancer)
    database: Database | None = Field(default_factory=Database)
    web: Web | None = Field(default_factory=Web)
    https: Annotated[Https | None, OrOff] = Field(default_factory=Https)
    firewall: Annotated[Firewall | None, OrOff] = Field(default_factory=Firewall)
    monitoring: Annotated[Monitoring | None, OrOff] = Field(default_factory=Monitoring)

    def running(self, role: Role) -> tuple[str, ...]:
        """Return the names of the machines that run the role; nobody does while `machines` is broken."""
        return tuple(name for name, machine in (self.machines or {}).items() if role in machine.runs)


def drafted(data: Mapping[str, object], broken: frozenset[str]) -> Draft:
    """Return the draft of a file's data, of which the top-level keys in `broken` were refused."""
    asked = Draft.model_fields.keys() - {"written", "broken"}
    sound = {key: {} if data[key] is None else data[key] for key in asked & data.keys() - broken}
    return Draft.model_validate(
        {"written": frozenset(data), "broken": broken, **sound, **dict.fromkeys(asked & broken)}
    )
