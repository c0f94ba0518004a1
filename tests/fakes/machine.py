"""A machine in memory: changes are carried out on its state as a worker would carry them out on a real one."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from mainstay.model.change import Change, Packages, Removal, Subject, Unit
from mainstay.model.install import Bundle, Directory, File, Link, User
from mainstay.model.state import FileState, MachineState, UnitState


def carried_out(changes: Iterable[Change], state: MachineState) -> MachineState:
    """The state of a machine after these changes."""
    for change in changes:
        state = _after(change.subject, state)
    return state


def _after(subject: Subject, state: MachineState) -> MachineState:
    match subject:
        case Packages():
            return replace(state, packages=state.packages | {*subject.names})
        case User():
            return replace(state, users={**state.users, subject.name: (subject.name, *subject.groups)})
        case Directory() | Bundle() | File():
            return replace(state, paths={**state.paths, subject.path: _lying(subject)})
        case Link():
            return replace(state, links={**state.links, subject.path: subject.target})
        case Unit():
            is_wanted = subject.action != "stop"
            unit = UnitState(is_wanted, is_wanted, subject.restart_digest, subject.reload_digest)
            return replace(state, units={**state.units, subject.name: unit})
        case Removal():
            paths = {path: found for path, found in state.paths.items() if path != subject.path}
            links = {path: target for path, target in state.links.items() if path != subject.path}
            return replace(state, paths=paths, links=links)


def _lying(item: Directory | Bundle | File) -> FileState:
    if isinstance(item, Bundle):
        return FileState("", "root", "root", "755")
    digest = hashlib.sha256(item.text.encode()).hexdigest() if isinstance(item, File) else ""
    return FileState(digest, item.owner, item.group, item.mode)
