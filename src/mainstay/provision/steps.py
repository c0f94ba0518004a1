"""Each kind of change, as the pyinfra operations that carry it out."""

import base64
import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pyinfra.operations import apt, server

from mainstay.model.change import Packages, Removal, Subject, Unit
from mainstay.model.install import Bundle, Directory, File, Link, User
from mainstay.provision.places import STARTED, UNITS, UNITS_CHANGED, carried_archive

CANDIDATE = ".mainstay-candidate"
READ_UNITS = f"[ ! -e {UNITS_CHANGED} ] || {{ systemctl daemon-reload && rm -f {UNITS_CHANGED}; }}"
"""systemd reads all units' files anew, which takes it a fifth of a second: only where one of them was changed."""


@dataclass(frozen=True)
class Step:
    """One call of a pyinfra operation."""

    operation: Callable[..., Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)


def steps(subject: Subject) -> Iterator[Step]:
    """The operations for a change."""
    match subject:
        case Packages():
            yield Step(apt.packages, {"packages": list(subject.names), "update": True, "no_recommends": True})
        case User():
            yield from _user(subject)
        case Bundle():
            yield from _bundle(subject)
        case _:
            yield _single(subject)


def _single(subject: Directory | File | Link | Unit | Removal) -> Step:
    """The kinds of change that are one operation each."""
    match subject:
        case Directory():
            owned = f"--owner {subject.owner} --group {subject.group} --mode {subject.mode}"
            return _shell(f"install --directory {owned} {shlex.quote(subject.path)}")
        case File():
            return _file(subject)
        case Link():
            fresh, target = _quoted(f"{subject.path}.new", subject.target)
            return _shell(f"ln -sfn {target} {fresh} && mv -T {fresh} {shlex.quote(subject.path)}")
        case Unit():
            return _shell(_unit(subject))
        case Removal():
            read = " && systemctl daemon-reload" if subject.path.startswith(UNITS) else ""
            return _shell(f"rm -f {shlex.quote(subject.path)}{read}")


def _user(user: User) -> Iterator[Step]:
    settings = {"shell": "/usr/sbin/nologin", "home": "/nonexistent", "ensure_home": False, "create_home": False}
    yield Step(server.user, {"user": user.name, "system": True, **settings})
    for group in user.groups:
        yield _shell(f"usermod --append --groups {group} {user.name}")


def _file(file: File) -> Step:
    """Put it beside the old one, try it, and only then in its place; in one command, as each is a way there and back.

    Its text is what the command reads, where no list of processes shows it; coded, so that no byte is changed.
    """
    candidate = file.path + CANDIDATE
    folder = str(PurePosixPath(file.path).parent)
    old, new = _quoted(file.path, candidate)
    text = file.text.encode()
    # Made by us before anything is in it, so that a secret is never readable by others, not even on its way.
    take = f"mkdir -p {shlex.quote(folder)} && rm -f {new} && (umask 077 && base64 --decode > {new})"
    # Who sends it may be killed meanwhile.
    is_whole = f'[ "$(stat --format %s {new})" = {len(text)} ]'
    # Who sends it must get rid of all of it, also where there is no room.
    heed = f"{{ {take} && {is_whole}; }} || {{ cat > /dev/null; exit 1; }}"
    own = f"chown {file.owner}:{file.group} {new} && chmod {file.mode} {new}"
    replace = f"mv -f {new} {old}"
    if file.path.startswith(UNITS):
        replace = f"touch {UNITS_CHANGED} && {replace}"
    if file.validate:
        trial = file.validate.format(candidate=new)
        refuse = f'rm -f {new}; echo "$said" | sed "s:{CANDIDATE}::g" >&2; exit 1'
        replace = f"if said=$({trial} 2>&1); then {replace}; else {refuse}; fi"
    return _shell(f"{heed}; {own} && {replace}", given=base64.b64encode(text).decode())


def _bundle(bundle: Bundle) -> Iterator[Step]:
    """Unpack under another name, then rename: a half-unpacked release is never seen, and a whole one is kept.

    Old releases go, the current one never.
    """
    parent = str(PurePosixPath(bundle.path).parent)
    tar, half, whole, home = _quoted(carried_archive(bundle), bundle.path + ".unpacking", bundle.path, parent)
    yield _shell(
        f"if [ ! -d {whole} ]; then rm -rf {half} && mkdir {half} && tar -xzf {tar} -C {half}"
        f" && chmod 755 {half} && mv -T {half} {whole}; fi && touch {whole} && rm -f {tar}"
    )
    yield _shell(
        f'cd {home} && current=$(basename "$(readlink ../current || echo none)")'
        f' && {{ ls -1dt -- */ | tr -d / | grep -vxF -e {shlex.quote(bundle.release)} -e "$current" || true; }}'
        f" | tail -n +{bundle.keep} | xargs -r rm -rf"
    )


def _unit(unit: Unit) -> str:
    """Do it, and note with which inputs; on failure say what the unit's log said last."""
    name = shlex.quote(unit.name)
    if unit.action == "stop":
        return f"systemctl disable --quiet --now {name} || true; rm -f {STARTED}/{name}"
    if unit.action == "disable":
        return f"systemctl disable --quiet {name}"
    verb = {"start": "restart"}.get(unit.action, unit.action)  # what runs unknown to us runs with other inputs
    before = ""
    if unit.name.endswith(".socket"):  # systemd starts no socket while its service runs
        before = f"systemctl stop {shlex.quote(unit.name.removesuffix('.socket') + '.service')} 2>/dev/null; "
    act = "true" if unit.action == "enable" else f"{before}systemctl {verb} {name}"
    log = f"journalctl --unit {name} --lines 20 --no-pager --output cat"
    noted = shlex.quote(json.dumps({"restart": unit.restart_digest, "reload": unit.reload_digest}))
    # The name of the half-written note is this shell's own: what a killed run has begun here may still be going on.
    half = f"{STARTED}/{name}.$$"
    note = f"echo {noted} > {half} && mv -T {half} {STARTED}/{name}"
    return (
        f"systemctl enable --quiet --no-reload {name} 2>/dev/null; {READ_UNITS};"
        f" systemctl reset-failed {name} 2>/dev/null;"
        f" if {act}; then {note}; else {log} >&2; exit 1; fi"
    )


def _shell(command: str, given: str = "") -> Step:
    """A command, and what it reads."""
    return Step(server.shell, {"commands": [command], **({"_stdin": given} if given else {})})


def _quoted(*words: str) -> tuple[str, ...]:
    return tuple(shlex.quote(word) for word in words)
