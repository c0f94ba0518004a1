"""A site, opened: the user's file, where it lies, the ground its machines stand on, its secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.compiler.address import address, virtual_addresses
from mainstay.compiler.catalogue import COMPONENTS
from mainstay.grounds.ground import Ground
from mainstay.grounds.lab.lab import Lab
from mainstay.grounds.lab.places import Places, cache_folder, labs_folder
from mainstay.grounds.servers.servers import Servers
from mainstay.model.machine import Machine
from mainstay.operations.errors import OperationError
from mainstay.spec import Spec, load
from mainstay.vault.seal import Seal
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault

USUAL_PORTS = {"http": 80, "https": 443}
"""Which a URL need not name."""


@dataclass(frozen=True)
class Site:
    """Everything a verb needs to know to begin; `entrances` are where visitors come in, each as `address:port`."""

    spec: Spec
    project: Path
    machines: tuple[Machine, ...]
    entrances: tuple[str, ...]
    ground: Ground
    vault: Vault
    cache: Path

    @property
    def folder(self) -> Path:
        """What Mainstay keeps beside the user's file."""
        return self.project / ".mainstay" / self.spec.name

    @property
    def authority_file(self) -> Path | None:
        """Where the authority lies that visitors are to trust; None where the certificate is another's, or none."""
        https = self.spec.https
        is_ours = https is not None and not https.certificate and not https.acme
        return self.folder / "authority.pem" if is_ours else None

    def switched_on(self, machines: Sequence[str]) -> list[str]:
        """Those of the machines that are switched on.

        Raises:
            OperationError: none of them is, or the site has not been made yet.
        """
        known = self.ground.members()
        if not known:
            raise OperationError(f"{self.spec.name} has not been made yet.", "Run `mainstay up`.")
        on = [name for name in machines if known.get(name)]
        if not on:
            raise OperationError(f"Switched off: {', '.join(machines)}.", "`mainstay up` switches machines on.")
        return on

    def running(self, role: str) -> tuple[Machine, ...]:
        """The machines that run a tier, in the file's order."""
        return tuple(machine for machine in self.machines if role in machine.roles)


def open_site(file: Path, environment: str | None = None) -> Site:
    """Read the user's file and find its ground: the lab, or servers where the machines have addresses.

    Raises:
        SpecError: the file has problems; all of them at once.
    """
    spec = load(file, environment)
    project = file.resolve().parent
    folder = project / ".mainstay" / spec.name
    machines = address(spec)
    entrances = _entrances(spec, machines)
    ground = _ground(spec, folder, machines, entrances)
    seal = Seal(project / f"{spec.name}.secrets.age", spec.secrets.recipients)
    vault = Vault(Store(secrets_file(folder), seal), project=project)
    return Site(spec, project, machines, entrances, ground, vault, cache_folder())


def secrets_file(folder: Path) -> Path:
    """Where secrets lie in the clear, in what Mainstay keeps beside the user's file."""
    return folder / "secrets.json"


def _entrances(spec: Spec, machines: tuple[Machine, ...]) -> tuple[str, ...]:
    """Where the site is reached: at the addresses that move between the balancers, or at the single balancer's own."""
    own = tuple(machine.address for machine in machines if "balancer" in machine.roles)
    _, port = _spoken(spec)
    return tuple(f"{address}:{port}" for address in virtual_addresses(spec) or own)


def packages() -> tuple[str, ...]:
    """The distribution packages of every component that the lab may run: what its image holds."""
    in_lab = (component for component in COMPONENTS if not component.is_for_servers)
    return tuple(sorted({package for component in in_lab for package in (*component.packages, *component.further)}))


def _ground(spec: Spec, folder: Path, machines: tuple[Machine, ...], entrances: tuple[str, ...]) -> Ground:
    scheme, port = _spoken(spec)
    if spec.in_lab:
        places = Places(spec.name, labs_folder() / spec.name, folder)
        return Lab(places, packages(), spec.lab.port, entrances, spec.lab.disk, scheme)
    url = f"{scheme}://{spec.domain}" + ("" if port == USUAL_PORTS[scheme] else f":{port}")
    return Servers(folder, {m.name: spec.machines[m.name].ssh for m in machines}, url, machines)


def _spoken(spec: Spec) -> tuple[str, int]:
    """How visitors speak to the site, and to which port."""
    return ("https", spec.https.port) if spec.https else ("http", spec.balancer.port)
