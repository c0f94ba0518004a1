"""The same end state as an Ansible user would write it: a playbook of ansible-core's own modules."""

import itertools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import workplace
from wanted import Part, Wanted, triggers
from workplace import Workplace

from mainstay.grounds.lab import image
from mainstay.model.install import File, Service
from mainstay.operations.site import packages

Task = dict[str, Any]
CONFIG = """[defaults]
inventory = hosts
forks = 10
gathering = explicit
interpreter_python = /usr/bin/python3
retry_files_enabled = False
[ssh_connection]
pipelining = True
ssh_args = -F {ssh_config} -o ControlMaster=auto -o ControlPersist=60s
control_path_dir = {sockets}
"""


def write(place: Workplace, wanted: Wanted, strategy: str) -> Path:
    """Write the playbook, its inventory, its settings and its files; gives their folder."""
    folder = place.folder / "ansible"
    folder.mkdir(exist_ok=True)
    wanted.write(folder)
    # New for new machines: a connection that was kept open to their forerunners leads nowhere.
    sockets = tempfile.mkdtemp(dir=place.folder / "run", prefix="cp")
    (folder / "ansible.cfg").write_text(CONFIG.format(ssh_config=place.ssh_config, sockets=sockets))
    (folder / "hosts").write_text("\n".join(wanted.manifests) + "\n")
    (folder / "site.yml").write_text(json.dumps([*_plays(wanted, strategy)], indent=1))
    return folder


def run(place: Workplace) -> str:
    """Run the playbook to its end; gives what it printed."""
    return workplace.run(place.tool("ansible-playbook"), "site.yml", cwd=place.folder / "ansible")


def changed_nothing(said: str) -> bool:
    """Whether its last words are that every task found all as it should be."""
    recap = said.partition("PLAY RECAP")[2]
    return "changed=0" in recap and recap.count("changed=0") == recap.count("changed=")


def count_tasks(place: Workplace) -> int:
    """How many tasks the playbook has, handlers left out."""
    plays = json.loads((place.folder / "ansible" / "site.yml").read_text())
    return sum("ansible.builtin.meta" not in task for play in plays for task in play["tasks"])


def _plays(wanted: Wanted, strategy: str) -> Iterator[Task]:
    """A play ends on all machines before the next begins, so the order between machines is the order of plays."""
    for part in wanted.parts:
        # Under the free strategy a server could start the application before the other has run the release command.
        orderly = "linear" if part.component == "app" else strategy
        middle = [_release(wanted)] if part.component == "app" else []
        yield _play(part.component, part.machines, orderly, [*_tasks(wanted, part, middle)]) | {
            "handlers": [handler for service in part.install.services for handler in _handlers(service)]
        }
        if part.component == "mysql":
            primary, *replicas = wanted.databases
            yield _play("the primary", (primary,), strategy, [_founding("primary.py")])
            yield _play("its replicas", tuple(replicas), strategy, [_founding("replica.py")])


def _play(name: str, machines: tuple[str, ...], strategy: str, tasks: list[Task]) -> Task:
    return {"name": name, "hosts": ",".join(machines), "gather_facts": False, "strategy": strategy, "tasks": tasks}


def _tasks(wanted: Wanted, part: Part, middle: list[Task]) -> Iterator[Task]:
    install = part.install
    if install.packages:
        yield _packages(install.packages)
    for user in install.users:
        account = {"name": user.name, "system": True, "shell": "/usr/sbin/nologin", "home": "/nonexistent"}
        groups = {"groups": list(user.groups), "append": True} if user.groups else {}
        yield _task(f"user {user.name}", "user", account | {"create_home": False} | groups)
    yield from _directories(part)
    for bundle in install.bundles:
        unpacked = {"src": str(wanted.archive), "dest": bundle.path, "creates": f"{bundle.path}/project"}
        yield _task("folder of the release", "file", {"path": bundle.path, "state": "directory", "mode": "755"})
        yield _task("release", "unarchive", unpacked)
    yield from _files(part)
    yield from middle
    for link in install.links:
        yield _task(f"link {link.path}", "file", {"src": link.target, "dest": link.path, "state": "link"})
    # Before the services are started: else those that are started for the first time would be restarted at once.
    yield {"ansible.builtin.meta": "flush_handlers"}
    units = [service.unit for service in install.services]
    if units:
        yield _task("services", "systemd_service", {"name": "{{ item }}", "state": "started", "enabled": True}) | {
            "loop": units
        }


def _packages(names: tuple[str, ...]) -> Task:
    """Ansible's own module `apt` needs a Python library that the machines lack; this is quicker besides."""
    listed = " ".join(names)
    install = f"dpkg -s {listed} >/dev/null 2>&1 || {{ apt-get -qq install {listed} && echo changed; }}"
    return _task("packages", "shell", {"cmd": install}) | _says_if_changed()


def _directories(part: Part) -> Iterator[Task]:
    """Those of the manifest, and those that files go to and the image lacks."""
    system = image.Recipe(packages()).folder
    parents = dict.fromkeys(str(PurePosixPath(file.path).parent) for file in part.install.files)
    wanted = [
        *({"path": d.path, "owner": d.owner, "group": d.group, "mode": d.mode} for d in part.install.directories),
        *(
            {"path": path, "owner": "root", "group": "root", "mode": "755"}
            for path in parents
            if not (system / path.lstrip("/")).is_dir() and path not in {d.path for d in part.install.directories}
        ),
    ]
    if wanted:
        arguments = {key: f"{{{{ item.{key} }}}}" for key in ("path", "owner", "group", "mode")}
        yield _task("directories", "file", arguments | {"state": "directory"}) | {"loop": wanted}


def _files(part: Part) -> Iterator[Task]:
    """One task for all files that notify the same handlers."""
    handlers = {file.path: [" ".join(t) for t in triggers(part.install, file.path)] for file in part.install.files}
    for notified, files in itertools.groupby(part.install.files, key=lambda file: handlers[file.path]):
        arguments = {key: f"{{{{ item.{key} }}}}" for key in ("src", "dest", "owner", "group", "mode")}
        arguments["validate"] = "{{ item.validate | default(omit) }}"
        task = _task("files", "copy", arguments) | {"loop": [_file(file) for file in files]}
        yield task | ({"notify": notified} if notified else {})


def _file(file: File) -> Task:
    # !unsafe is not needed: the content lies in a file, which `copy` does not template.
    source = f"files/{{{{ inventory_hostname }}}}{file.path}"
    item = {"src": source, "dest": file.path, "owner": file.owner, "group": file.group, "mode": file.mode}
    return item | ({"validate": file.validate.replace("{candidate}", "%s")} if file.validate else {})


def _handlers(service: Service) -> Iterator[Task]:
    """A service that has just been restarted is not reloaded as well."""
    restarted = "restarted_" + "".join(c if c.isalnum() else "_" for c in service.unit)
    restart = {"name": service.unit, "state": "restarted", "daemon_reload": True}
    yield _task(f"restart {service.unit}", "systemd_service", restart) | {"register": restarted}
    if service.reload_on:
        reload = {"name": service.unit, "state": "reloaded"}
        yield _task(f"reload {service.unit}", "systemd_service", reload) | {"when": f"{restarted} is not changed"}


def _founding(script: str) -> Task:
    order = {"argv": ["python3", "-"], "stdin": f"{{{{ lookup('ansible.builtin.file', '{script}') }}}}"}
    return _task(script, "command", order) | _says_if_changed()


def _release(wanted: Wanted) -> Task:
    order = {"argv": ["sh"], "stdin": "{{ lookup('ansible.builtin.file', 'release.sh') }}"}
    condition = {"when": f"inventory_hostname == '{wanted.first_application}'"}
    return _task("release command", "command", order) | _says_if_changed() | condition


def _says_if_changed() -> Task:
    return {"register": "said", "changed_when": "'changed' in said.stdout"}


def _task(name: str, module: str, arguments: Task) -> Task:
    return {"name": name, f"ansible.builtin.{module}": arguments}
