"""The one question, and the program on the machine that answers it."""

import grp
import hashlib
import json
import os
import pwd
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.model.install import Bundle, Directory, File, Install, Link, Service, User
from mainstay.model.manifest import Manifest
from mainstay.model.state import FileState, MachineState, UnitState
from mainstay.provision.question import ask, understand
from mainstay.provision.remote.describe import is_wanted
from tests.fakes.reach import Asked, FakeReach
from tests.unit.provision.spoken import program

PROGRAM = resources.files("mainstay.provision").joinpath("remote", "describe.py").read_text()
ME, MY_GROUP = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
PYTHON, PROCESSOR = f"{sys.version_info[0]}.{sys.version_info[1]}", os.uname().machine
DPKG = r"printf 'ii nginx\nii python3\nrc apache2\nun vim\n'"
SYSTEMCTL = """\
[ "$1" = show ] || exit 9
shift 2
first=
for unit; do
    [ -z "$first" ] || echo
    first=no
    echo "Id=$unit"
    case "$unit" in
        good*) echo ActiveState=active; echo UnitFileState=enabled ;;
        static*) echo ActiveState=reloading; echo UnitFileState=static ;;
        bad*) echo ActiveState=failed; echo UnitFileState=disabled ;;
        *) echo ActiveState=inactive; echo UnitFileState= ;;
    esac
done
"""


def described(folder: Path, record: Manifest | None = None, attempted: Manifest | None = None) -> MachineState:
    """What the program says on this computer, with a fake systemd and package manager."""
    program(folder, "dpkg-query", DPKG)
    program(folder, "systemctl", SYSTEMCTL)
    for name, manifest in (("record", record), ("attempted", attempted)):
        if manifest:
            (folder / name).write_text(json.dumps(manifest.to_json()))
    places = [str(folder / name) for name in ("record", "attempted", "started")]
    done = subprocess.run(
        (sys.executable, "-I", "-c", PROGRAM, *places),
        env={"PATH": f"{folder}:/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return understand(json.loads(done.stdout))


def test_a_unit_is_enabled_once_the_link_is_there_whatever_systemd_remembers(tmp_path: Path) -> None:
    wants = tmp_path / "multi-user.target.wants"
    wants.mkdir()
    assert not is_wanted("mainstay-app.service", str(tmp_path))
    (tmp_path / "mainstay-app.service").touch()
    (wants / "mainstay-app.service").symlink_to(tmp_path / "mainstay-app.service")
    assert is_wanted("mainstay-app.service", str(tmp_path))
    assert not is_wanted("app.service", str(tmp_path))


EMPTY = MachineState(PYTHON, PROCESSOR, packages=frozenset({"nginx", "python3"}))


def test_of_a_machine_without_records_little_is_known(tmp_path: Path) -> None:
    assert described(tmp_path) == EMPTY


def test_a_record_that_is_only_half_there_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "record").write_text('{"machine": "srv-')
    assert described(tmp_path) == EMPTY


def test_all_that_a_record_names_is_described(tmp_path: Path) -> None:
    a_file, folder, link = tmp_path / "a.conf", tmp_path / "srv", tmp_path / "current"
    a_file.write_text("port 80")
    a_file.chmod(0o640)
    folder.mkdir()
    folder.chmod(0o2750)
    link.symlink_to("/srv/releases/a")
    (tmp_path / "started").mkdir()
    (tmp_path / "started/good.service").write_text('{"restart": "r1", "reload": "l1"}')
    (tmp_path / "started/bad.service").write_text('{"resta')
    record = Manifest(
        "srv-01",
        {
            "web": Install(
                users=(User(ME), User("nobody-of-this-name")),
                directories=(Directory(str(folder)), Directory(f"{tmp_path}/none")),
                files=(File(str(a_file), "what was written"), File(f"{tmp_path}/nothing", "")),
                links=(Link(str(link), "/srv/releases/b"), Link(str(a_file), "/"), Link(f"{tmp_path}/no-link", "/")),
                services=tuple(Service(f"{name}.service") for name in ("good", "static", "bad", "unheard-of")),
            )
        },
    )
    digest = hashlib.sha256(b"port 80").hexdigest()
    found = described(tmp_path, record=record)
    assert found == replace(
        EMPTY,
        record=record,
        users={ME: found.users[ME]},
        paths={
            str(a_file): FileState(digest, ME, MY_GROUP, "640"),
            str(folder): FileState("", ME, MY_GROUP, "2750"),
        },
        links={str(link): "/srv/releases/a"},
        units={
            "good.service": UnitState(active=True, enabled=True, restart_digest="r1", reload_digest="l1"),
            "static.service": UnitState(active=True, enabled=True),
            "bad.service": UnitState(active=False, enabled=False),
            "unheard-of.service": UnitState(active=False, enabled=False),
        },
    )
    assert MY_GROUP in found.users[ME]


def test_what_an_attempt_names_is_described_too(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir(mode=0o755)
    had = Manifest("srv-01", {"app": Install(bundles=(Bundle(f"{tmp_path}/a", "a"),))})
    tried = Manifest("srv-01", {"app": Install(bundles=(Bundle(f"{tmp_path}/b", "b"),))})
    found = described(tmp_path, had, tried)
    assert (found.record, found.attempted, found.recorded) == (had, tried, (had, tried))
    assert sorted(found.paths) == [f"{tmp_path}/a", f"{tmp_path}/b"]


def test_what_is_neither_file_nor_directory_counts_as_absent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    record = Manifest("srv-01", {"web": Install(files=(File(f"{tmp_path}/pipe", ""),))})
    assert described(tmp_path, record).paths == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_of_a_file_may_be_gone(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0o644)
    os.chown(tmp_path / "a", 54321, 54322)
    record = Manifest("srv-01", {"web": Install(files=(File(f"{tmp_path}/a", ""),))})
    found = described(tmp_path, record).paths[f"{tmp_path}/a"]
    assert (found.owner, found.group) == ("54321", "54322")


ANSWER = {
    "python": "3.14",
    "processor": "x86_64",
    "record": None,
    "attempted": {"machine": "srv-01", "parts": {}},
    "packages": ["nginx"],
    "users": {"web": ["web", "adm"]},
    "paths": {"/srv": ["", "root", "root", "755"]},
    "links": {"/srv/current": "/srv/a"},
    "units": {"web.service": {"active": True, "enabled": False, "restart_digest": "r1", "reload_digest": ""}},
}


def test_a_machine_is_asked_in_one_round_trip() -> None:
    reach = FakeReach(lambda asked: json.dumps(ANSWER))
    assert ask(reach, "srv-01") == MachineState(
        python="3.14",
        processor="x86_64",
        attempted=Manifest("srv-01", {}),
        packages=frozenset({"nginx"}),
        users={"web": ("web", "adm")},
        paths={"/srv": FileState("", "root", "root", "755")},
        links={"/srv/current": "/srv/a"},
        units={"web.service": UnitState(active=True, restart_digest="r1")},
    )
    places = ("/var/lib/mainstay/record.json", "/var/lib/mainstay/attempted.json", "/var/lib/mainstay/started")
    assert reach.asked == [Asked("srv-01", "python3", places, "")]


def test_a_machine_that_cannot_be_reached_is_an_error() -> None:
    def silent(asked: Asked) -> str:
        raise GroundError(f"{asked.machine} cannot be reached: no route")

    with pytest.raises(GroundError, match="srv-01 cannot be reached"):
        ask(FakeReach(silent), "srv-01")
