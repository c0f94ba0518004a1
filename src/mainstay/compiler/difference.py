"""What must change on a machine: its manifest against what it answered. Pure."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping

from mainstay.model.change import Change, Packages, Removal, Subject, Unit
from mainstay.model.install import Directory, File, Install, Service, User
from mainstay.model.manifest import Manifest
from mainstay.model.state import FileState, MachineState, UnitState

ABSENT = FileState("", "", "", "")
LONG = 200
"""Lines of a program above which its changes are counted instead of shown."""


def difference(wanted: Manifest, filled_in: Manifest, state: MachineState) -> tuple[Change, ...]:
    """The steps from a machine's state to its manifest, component by component, in the order they must be taken.

    `filled_in` is `wanted` with the secrets' values, which the digests are of; what is shown comes from `wanted`.
    """
    return tuple(
        change
        for name, part in wanted.parts.items()
        for change in _Part(name, part, filled_in.parts[name], state).changes()
    )


def leftovers(wanted: Manifest, state: MachineState) -> tuple[Change, ...]:
    """The steps that take away what the machine's record names and its whole manifest no longer holds.

    Directories and releases stay: they may hold data.
    """
    units = {s.unit for part in wanted.parts.values() for s in part.services}
    paths = {path for part in wanted.parts.values() for path in _paths(part)}
    had = [item for manifest in state.recorded for item in manifest.parts.items()]
    stops = [
        Change(name, Unit(s.unit, "stop"), f"stop {s.unit}: nothing on this machine wants it any longer")
        for name, part in had
        for s in part.services
        if s.unit not in units and _is_there(state, s)
    ]
    removals = [
        Change(name, Removal(path), f"remove {path}")
        for name, part in had
        for path in _paths(part)
        if path not in paths and (path in state.paths or path in state.links)
    ]
    return tuple(dict.fromkeys((*stops, *removals)))


def _paths(part: Install) -> tuple[str, ...]:
    return (*(file.path for file in part.files), *(link.path for link in part.links))


def _is_there(state: MachineState, service: Service) -> bool:
    unit = state.units.get(service.unit, UnitState())
    return unit.active or unit.enabled


class _Part:
    """One component of one machine."""

    def __init__(self, name: str, shown: Install, filled_in: Install, state: MachineState) -> None:
        self.name = name
        self.shown = shown
        self.filled_in = filled_in
        self.state = state

    def changes(self) -> Iterator[Change]:
        yield from self._packages()
        yield from (self._change(u, f"create user {u.name}") for u in self.shown.users if self._lacks_user(u))
        yield from (
            self._change(d, f"make directory {d.path}") for d in self.shown.directories if self._lacks_directory(d)
        )
        yield from (
            self._change(b, f"unpack release {b.release}") for b in self.shown.bundles if b.path not in self.state.paths
        )
        yield from self._files()
        yield from (
            self._change(link, f"point {link.path} at {link.target}")
            for link in self.shown.links
            if self.state.links.get(link.path) != link.target
        )
        yield from self._services()

    def _change(self, subject: Subject, summary: str, diff: str = "") -> Change:
        return Change(self.name, subject, summary, diff)

    def _packages(self) -> Iterator[Change]:
        missing = tuple(p for p in self.shown.packages if p not in self.state.packages)
        if missing:
            yield self._change(Packages(missing), f"install {', '.join(missing)}")

    def _lacks_user(self, user: User) -> bool:
        groups = self.state.users.get(user.name)
        return groups is None or not set(user.groups) <= set(groups)

    def _lacks_directory(self, wanted: Directory) -> bool:
        there = self.state.paths.get(wanted.path, ABSENT)
        return (there.owner, there.group, there.mode) != (wanted.owner, wanted.group, wanted.mode)

    def _files(self) -> Iterator[Change]:
        before = _recorded_files(self.state, self.name)
        for shown, real in zip(self.shown.files, self.filled_in.files, strict=True):
            there = self.state.paths.get(real.path, ABSENT)
            wanted = FileState(digest(real.text), real.owner, real.group, real.mode)
            if there != wanted:
                verb = "write" if there is ABSENT else "change"
                old = "" if there is ABSENT else before.get(real.path, "")
                yield self._change(real, f"{verb} {real.path}", _diff(old, shown))

    def _services(self) -> Iterator[Change]:
        for service in self.shown.services:
            there = self.state.units.get(service.unit, UnitState())
            unit = _kept_elsewhere(service, there) if service.is_kept_elsewhere else self._unit(service, there)
            if unit:
                yield self._change(unit, f"{unit.action} {unit.name}")

    def _unit(self, service: Service, there: UnitState) -> Unit | None:
        restart, reload = (inputs_digest(self.filled_in, paths) for paths in (service.restart_on, service.reload_on))
        action = _action(there, restart, reload)
        return Unit(service.unit, action, restart, reload) if action else None


def _kept_elsewhere(service: Service, there: UnitState) -> Unit | None:
    return Unit(service.unit, "disable") if there.enabled else None


def _action(there: UnitState, restart: str, reload: str) -> str:
    """The least that makes a unit run with its current inputs."""
    if not there.active:
        return "start"
    if there.restart_digest != restart:
        return "restart"
    if there.reload_digest != reload:
        return "reload"
    return "" if there.enabled else "enable"


def inputs_digest(part: Install, paths: tuple[str, ...]) -> str:
    """One SHA-256 over what these paths of an install hold; "" if there are none."""
    if not paths:
        return ""
    holds: Mapping[str, str] = {
        **{file.path: digest(file.text) for file in part.files},
        **{link.path: link.target for link in part.links},
    }
    return digest("\n".join(f"{path} {holds[path]}" for path in paths))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def _recorded_files(state: MachineState, component: str) -> dict[str, str]:
    """What the last run that was finished put there; of one that broke off it is not known how far it came."""
    part = state.record.parts.get(component) if state.record else None
    return {file.path: file.text for file in part.files} if part else {}


def _diff(before: str, file: File) -> str:
    """In full for what a person may want to judge; a long program comes with the release, not from the site's file."""
    old, new = before.splitlines(), file.text.splitlines()
    lines = list(difflib.unified_diff(old, new, f"before {file.path}", f"after {file.path}", lineterm="", n=2))
    if not file.text.startswith("#!") or len(new) <= LONG:
        return "\n".join(lines)
    added, removed = (sum(line.startswith(sign) for line in lines[2:]) for sign in "+-")
    return f"a program of {len(new)} lines: {added} are new, {removed} are gone"
