"""What the machines must hold in the end, from Mainstay's own compiler, laid out as files for the other two tools."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workplace import HERE, NAME

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.model.install import Install
from mainstay.model.manifest import Manifest
from mainstay.operations.database.accounts import creations, wanted_accounts
from mainstay.operations.prepare import prepare
from mainstay.operations.release import in_release
from mainstay.operations.site import Site
from mainstay.vault.vault import Vault

FOUNDING = HERE / "founding.py"
WAIT_FOR_ROUTER = (
    "import socket, time\n"
    "for _ in range(300):\n"
    "    try:\n"
    "        with socket.create_connection(('127.0.0.1', 3306), 1) as s:\n"
    "            if s.recv(1): break\n"
    "    except OSError: pass\n"
    "    time.sleep(0.1)\n"
)


@dataclass(frozen=True)
class Part:
    """One component and the machines that hold it; only the content of its files differs between them."""

    component: str
    machines: tuple[str, ...]
    install: Install


@dataclass(frozen=True)
class Wanted:
    """The end state: every machine's manifest with the secrets in it, the release's archive, the two scripts."""

    site: Site
    manifests: Mapping[str, Manifest]
    archive: Path

    @property
    def parts(self) -> tuple[Part, ...]:
        """The components, in the order in which a machine receives them."""
        return tuple(part for component in COMPONENTS for part in self._part(component.name))

    @property
    def databases(self) -> tuple[str, ...]:
        """The machines with a database, the primary first."""
        return tuple(machine.name for machine in self.site.running("database"))

    @property
    def first_application(self) -> str:
        """The machine on which the release command runs."""
        return self.site.running("app")[0].name

    def _part(self, component: str) -> Iterator[Part]:
        holding = {name: m.parts[component] for name, m in self.manifests.items() if component in m.parts}
        shapes = [_without_content(install) for install in holding.values()]
        if any(shape != shapes[0] for shape in shapes):
            raise ValueError(f"{component} is not the same on {', '.join(holding)}: the playbook cannot say this")
        if shapes:
            yield Part(component, tuple(holding), shapes[0])

    def write(self, folder: Path) -> None:
        """Lay out what the playbook and the deploy file carry over: files/MACHINE/PATH, and the scripts."""
        for name, manifest in self.manifests.items():
            for part in manifest.parts.values():
                for file in part.files:
                    copy = folder / "files" / name / file.path.lstrip("/")
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_text(file.text)
        (folder / "primary.py").write_text(_script("ensure_primary", self._primary_order()))
        (folder / "replica.py").write_text(_script("ensure_replica", self._replica_order()))
        (folder / "release.sh").write_text(self._release_script())

    def _primary_order(self) -> object:
        accounts = wanted_accounts(self.site.machines, NAME)
        passwords = {a.secret: self.site.vault.secret(a.secret).reveal() for a in accounts if a.secret}
        made = [(a.user, a.host, creations([a], (), passwords)) for a in accounts]
        return {"schema": NAME, "accounts": made}

    def _replica_order(self) -> object:
        source = self.site.running("database")[0].address
        return {"source": source, "password": _password(self.site.vault)}

    def _release_script(self) -> str:
        """Run the release command, unless the release is the current one already."""
        link = next(link for part in self.parts for link in part.install.links if part.component == "app")
        command = shlex.join(in_release(link.target, self.site.spec.app.release or "true"))
        return (
            f'[ "$(readlink {link.path})" = {link.target} ] && exit 0\n'
            f"python3 -c {shlex.quote(WAIT_FOR_ROUTER)}\n"
            f"{command} >&2 && echo changed\n"
        )


def wanted(site: Site) -> Wanted:
    """Compile the site; the machines run, for the release is built for their Python. It is built if it is not yet."""
    prepared = prepare(site)
    archive = next(iter(prepared.archives().values()))
    manifests = {n: site.vault.fill_in_manifest(m) for n, m in prepared.plan.manifests.items()}
    return Wanted(site, manifests, Path(archive))


def triggers(install: Install, path: str) -> tuple[tuple[str, str], ...]:
    """What a change of this path makes necessary: ("restart" or "reload", unit)."""
    return (
        *(("restart", service.unit) for service in install.services if path in service.restart_on),
        *(("reload", service.unit) for service in install.services if path in service.reload_on),
    )


def _without_content(install: Install) -> Install:
    return replace(install, files=tuple(replace(file, content="") for file in install.files))


def _script(function: str, order: object) -> str:
    return f"{FOUNDING.read_text()}\n\nimport json\n\n{function}(json.loads({json.dumps(order)!r}))\n"


def _password(vault: Vault) -> str:
    return vault.secret("database-replication").reveal()
