"""Runs on a machine, with its own Python and nothing else: prints as JSON how all that its records name stands.

describe RECORD ATTEMPTED STARTED
"""

import grp
import hashlib
import json
import platform
import pwd
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any


def read_json(path: str) -> Any:
    """The JSON in a file; None if there is none, or only half."""
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError):
        return None


def names(manifests: list[Any], kind: str, key: str) -> list[str]:
    """All that manifests call by `key` in their lists of a kind."""
    parts = [part for manifest in manifests for part in manifest["parts"].values()]
    return sorted({item[key] for part in parts for item in part[kind]})


def path_state(path: str) -> list[str] | None:
    """[digest, owner, group, mode] of a file or directory; None if it is neither."""
    try:
        found = Path(path).lstat()
    except OSError:
        return None
    digest = ""
    if stat.S_ISREG(found.st_mode):
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    elif not stat.S_ISDIR(found.st_mode):
        return None
    return [digest, owner(found.st_uid), group(found.st_gid), format(stat.S_IMODE(found.st_mode), "o")]


def owner(number: int) -> str:
    """A user's name, or the number of one that is gone."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def group(number: int) -> str:
    """A group's name, or the number of one that is gone."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def memberships(user: str) -> list[str] | None:
    """The groups a user is in; None if there is no such user."""
    try:
        primary = pwd.getpwnam(user).pw_gid
    except KeyError:
        return None
    return [group(primary), *(g.gr_name for g in grp.getgrall() if user in g.gr_mem)]


def said(*command: str) -> str:
    """What a program printed, whatever its exit status."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def unit_states(units: list[str], started: str) -> dict[str, dict[str, Any]]:
    """Active, enabled and noted digests of systemd units."""
    if not units:
        return {}
    shown = said("systemctl", "show", "--property=Id,ActiveState,UnitFileState", *units)
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    found = {}
    for unit, block in zip(units, blocks, strict=True):
        noted = read_json(f"{started}/{unit}") or {}
        found[unit] = {
            "active": block.get("ActiveState") in ("active", "reloading"),
            # A static unit cannot be enabled: others start it.
            "enabled": block.get("UnitFileState") in ("enabled", "static", "indirect", "generated") or is_wanted(unit),
            "restart_digest": noted.get("restart", ""),
            "reload_digest": noted.get("reload", ""),
        }
    return found


def is_wanted(unit: str, folder: str = "/etc/systemd/system") -> bool:
    """Whether another unit starts it, by the link that enabling makes.

    systemd itself goes on saying what it said before the link was made, until it reads all units anew.
    """
    return any(Path(folder).glob(f"*.wants/{unit}"))


def packages() -> list[str]:
    """The names of all installed packages."""
    listed = said("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}\n")
    return [line[3:] for line in listed.splitlines() if line.startswith("ii ")]


def main() -> None:
    """Read the records, look at all they name, print."""
    record, attempted = read_json(sys.argv[1]), read_json(sys.argv[2])
    known = [manifest for manifest in (record, attempted) if manifest]
    paths = [p for kind in ("files", "directories", "bundles") for p in names(known, kind, "path")]
    links = names(known, "links", "path")
    answer = {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "processor": platform.machine(),
        "record": record,
        "attempted": attempted,
        "packages": packages(),
        "users": {u: g for u in names(known, "users", "name") if (g := memberships(u)) is not None},
        "paths": {path: found for path in paths if (found := path_state(path)) is not None},
        "links": {path: str(Path(path).readlink()) for path in links if Path(path).is_symlink()},
        "units": unit_states(names(known, "services", "unit"), sys.argv[3]),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
