"""The same end state as a user of pyinfra would write it: an inventory and a deploy file for its command line."""

import re
from collections.abc import Iterator
from pathlib import Path

import workplace
from wanted import Part, Wanted, triggers
from workplace import Workplace

from mainstay.model.install import Bundle, Install, Service

HEAD = '''"""Generated for the benchmark: one call after the other, as one would write it by hand."""

from pathlib import Path

from pyinfra import host, local
from pyinfra.facts.files import Directory
from pyinfra.operations import apt, files, server, systemd
from pyinfra.operations.util import any_changed

HERE = Path(__file__).parent
'''
CARRIED = "/var/tmp/release.tar.gz"


def write(place: Workplace, wanted: Wanted) -> Path:
    """Write the deploy file, its inventory and its files; gives their folder."""
    folder = place.folder / "pyinfra"
    folder.mkdir(exist_ok=True)
    wanted.write(folder)
    data = {"ssh_config_file": str(place.ssh_config)}
    (folder / "inventory.py").write_text(f"machines = {[(name, data) for name in wanted.manifests]!r}\n")
    (folder / "deploy.py").write_text(HEAD + "\n".join(_deploy(wanted)) + "\n")
    return folder


def run(place: Workplace) -> str:
    """Run the deploy to its end; gives what it printed."""
    command = (place.tool("pyinfra"), "-y", "inventory.py", "deploy.py")
    return workplace.run(*command, cwd=place.folder / "pyinfra", with_errors=True)


def changed_nothing(said: str) -> bool:
    """Whether no operation did anything but the three scripts, which look for themselves."""
    total = re.search(r"Grand total +(\d+) +(\d+) +(\S+) +(\d+)", said)
    return total is not None and (total[2], total[3]) == ("3", "-")


def count_operations(place: Workplace) -> int:
    """How many calls of operations the deploy file has."""
    text = (place.folder / "pyinfra" / "deploy.py").read_text()
    return len(re.findall(r"\b(?:apt|files|server|systemd)\.[a-z]+\(", text))


def _deploy(wanted: Wanted) -> Iterator[str]:
    for part in wanted.parts:
        yield f"\nif host.name in {part.machines!r}:  # {part.component}"
        yield from (f"    {line}" for line in _part(wanted, part))
        if part.component == "mysql":
            primary, *replicas = wanted.databases
            yield from _script((primary,), "python3 -", "primary.py")
            yield from _script(tuple(replicas), "python3 -", "replica.py")


def _part(wanted: Wanted, part: Part) -> Iterator[str]:
    install = part.install
    if install.packages:
        yield f"apt.packages(packages={list(install.packages)!r})"
    for user in install.users:
        yield f"server.user(user={user.name!r}, system=True, shell='/usr/sbin/nologin', home='/nonexistent',"
        yield f"    ensure_home=False, create_home=False, groups={list(user.groups)!r})"
    for d in install.directories:
        yield f"files.directory(path={d.path!r}, user={d.owner!r}, group={d.group!r}, mode={d.mode!r})"
    for bundle in install.bundles:
        yield from _bundle(wanted, bundle)
    yield from _files(part)
    if part.component == "app":
        yield from _script((wanted.first_application,), "sh", "release.sh")
    for link in install.links:
        yield f"files.link(path={link.path!r}, target={link.target!r})"
    for service in install.services:
        yield from _service(part.component, install, service)


def _bundle(wanted: Wanted, bundle: Bundle) -> Iterator[str]:
    """Carried over only where it is not yet; by OpenSSH, for behind a ProxyCommand pyinfra's SFTP breaks off."""
    carry = f"ssh -F {wanted.site.ground.reach().ssh_config} {{host.name}} 'cat > {CARRIED}' < {wanted.archive}"
    unpack = f"mkdir -p {bundle.path} && tar -xzf {CARRIED} -C {bundle.path} && rm {CARRIED}"
    yield f"if not host.get_fact(Directory, path={bundle.path!r}):"
    yield f"    local.shell(f{carry!r})"
    yield f"    server.shell(commands=[{unpack!r}])"


def _files(part: Part) -> Iterator[str]:
    """Each into a variable, by which the services below know whether it changed."""
    for number, file in enumerate(part.install.files):
        changed = f"{part.component}_{number}"
        owned = f"user={file.owner!r}, group={file.group!r}, mode={file.mode!r}"
        yield f"{changed} = files.put(src=str(HERE / f'files/{{host.name}}{file.path}'), dest={file.path!r}, {owned})"
        if file.validate:
            check = file.validate.replace("{candidate}", file.path)
            yield f"server.shell(commands=[{check!r}], _if={changed}.did_change)"


def _service(component: str, install: Install, service: Service) -> Iterator[str]:
    """Restarted or reloaded if one of its files changed; else it runs."""
    changes = {
        verb: ", ".join(
            f"{component}_{number}"
            for number, file in enumerate(install.files)
            if (verb, service.unit) in triggers(install, file.path)
        )
        for verb in ("restart", "reload")
    }
    unit = f"service={service.unit!r}"
    if restart := changes["restart"]:
        yield f"systemd.service({unit}, restarted=True, daemon_reload=True, _if=any_changed({restart}))"
    if reload := changes["reload"]:
        unless = f", lambda: not any_changed({restart})()" if restart else ""
        yield f"systemd.service({unit}, reloaded=True, _if=[any_changed({reload}){unless}])"
    yield f"systemd.service({unit}, running=True, enabled=True)"


def _script(machines: tuple[str, ...], command: str, script: str) -> Iterator[str]:
    yield f"if host.name in {machines!r}:"
    yield f"    server.shell(commands=[{command!r}], _stdin=(HERE / {script!r}).read_text())"
