"""Each kind of change: which operations, and what their commands do."""

import io
import json
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mainstay.model.change import Packages, Removal, Subject, Unit
from mainstay.model.install import Bundle, Directory, File, Link, User
from mainstay.provision.steps import steps
from tests.unit.provision.spoken import commands, program, run, spoken

NOBODYS = {"shell": "/usr/sbin/nologin", "home": "/nonexistent", "ensure_home": False, "create_home": False}
ROWS: dict[str, tuple[Subject, list[tuple[str, dict[str, object]]]]] = {
    "packages": (
        Packages(("nginx", "python3")),
        [("apt.packages", {"packages": ["nginx", "python3"], "update": True, "no_recommends": True})],
    ),
    "user": (User("web"), [("server.user", {"user": "web", "system": True, **NOBODYS})]),
    "user in groups": (
        User("web", ("adm", "video")),
        [
            ("server.user", {"user": "web", "system": True, **NOBODYS}),
            ("server.shell", {"commands": ["usermod --append --groups adm web"]}),
            ("server.shell", {"commands": ["usermod --append --groups video web"]}),
        ],
    ),
    "directory": (
        Directory("/srv/a b", "web", "adm", "750"),
        [
            (
                "server.shell",
                {"commands": ["install --directory --owner web --group adm --mode 750 '/srv/a b'"]},
            )
        ],
    ),
    "file": (
        File("/etc/a b", "text", "web", "adm", "640"),
        [
            (
                "server.shell",
                {
                    "commands": [
                        (
                            "{ mkdir -p /etc && rm -f '/etc/a b.mainstay-candidate'"
                            " && (umask 077 && base64 --decode > '/etc/a b.mainstay-candidate')"
                            " && [ \"$(stat --format %s '/etc/a b.mainstay-candidate')\" = 4 ]; }"
                            " || { cat > /dev/null; exit 1; };"
                            " chown web:adm '/etc/a b.mainstay-candidate' && chmod 640 '/etc/a b.mainstay-candidate'"
                            " && mv -f '/etc/a b.mainstay-candidate' '/etc/a b'"
                        )
                    ],
                    "_stdin": "dGV4dA==",
                },
            ),
        ],
    ),
    "link": (
        Link("/srv/current", "/srv/releases/a b"),
        [
            (
                "server.shell",
                {"commands": ["ln -sfn '/srv/releases/a b' /srv/current.new && mv -T /srv/current.new /srv/current"]},
            )
        ],
    ),
    "removal": (
        Removal("/etc/a b"),
        [("server.shell", {"commands": ["rm -f '/etc/a b'"]})],
    ),
    "removal of a unit's file": (
        Removal("/etc/systemd/system/a.service"),
        [("server.shell", {"commands": ["rm -f /etc/systemd/system/a.service && systemctl daemon-reload"]})],
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_kind_of_change_has_its_operations(row: str) -> None:
    subject, operations = ROWS[row]
    assert spoken(subject) == operations


def test_a_link_is_changed_in_one_step(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "current").symlink_to("old")
    (order,) = commands(Link(f"{tmp_path}/current", f"{tmp_path}/new"))
    assert run(order, tmp_path).returncode == 0
    assert (tmp_path / "current").readlink() == tmp_path / "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "new", "old"]


def put(file: File, folder: Path, part: int | None = None) -> subprocess.CompletedProcess[str]:
    """Carry a file over, or the first part of it; whose it is to be is another matter, which only root may decide."""
    program(folder, "chown", 'stat --format %a "$2" > seen-on-its-way')
    (step,) = steps(file)
    (order,) = step.arguments["commands"]
    return run(order, folder, given=step.arguments.get("_stdin", "")[:part])


@pytest.mark.parametrize("text", ["", "\n", "a line", "two\nlines\n", 'it\'s "$HOME" `x` \\ ä', "x" * 100_000])
def test_a_file_arrives_to_the_byte(tmp_path: Path, text: str) -> None:
    assert put(File(f"{tmp_path}/a b/a.conf", text, mode="640"), tmp_path).returncode == 0
    (written,) = (tmp_path / "a b").iterdir()
    assert (written.name, written.read_bytes()) == ("a.conf", text.encode())
    assert format(written.stat().st_mode, "o") == "100640"


def test_nobody_else_can_read_a_file_on_its_way(tmp_path: Path) -> None:
    (tmp_path / "a.conf.mainstay-candidate").write_text("half of it")
    (tmp_path / "a.conf.mainstay-candidate").chmod(0o666)
    assert put(File(f"{tmp_path}/a.conf", "new", mode="644"), tmp_path).returncode == 0
    assert (tmp_path / "seen-on-its-way").read_text() == "600\n"


@pytest.mark.parametrize("part", [0, 4, 5])
def test_a_file_that_came_in_part_does_not_take_the_old_ones_place(tmp_path: Path, part: int) -> None:
    """Who sent it was killed."""
    (tmp_path / "a.conf").write_text("old")
    assert put(File(f"{tmp_path}/a.conf", "three and three"), tmp_path, part).returncode == 1
    assert (tmp_path / "a.conf").read_text() == "old"


def test_where_there_is_no_room_for_a_file_its_text_is_read_all_the_same(tmp_path: Path) -> None:
    """Else who sends it would be told of a closed connection, not of what is wrong."""
    (tmp_path / "folder").write_text("no folder")
    done = put(File(f"{tmp_path}/folder/a.conf", "x" * 1_000_000), tmp_path)
    assert (done.returncode, "folder" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("validate", "status", "holds"),
    [
        ("", 0, "new"),
        ("grep -q new {candidate}", 0, "new"),
        ("false {candidate}", 1, "old"),
        ("no-such-program {candidate}", 1, "old"),
    ],
)
def test_only_what_passes_its_trial_takes_the_old_ones_place(
    tmp_path: Path, validate: str, status: int, holds: str
) -> None:
    file = tmp_path / "place" / "a.conf"
    file.parent.mkdir()
    file.write_text("old")
    assert put(File(str(file), "new", validate=validate), tmp_path).returncode == status
    assert {path.name: path.read_text() for path in file.parent.iterdir()} == {"a.conf": holds}


def test_a_trial_that_fails_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.conf"
    said = put(File(str(file), "new", validate='echo "{candidate}:7: unknown"; false'), tmp_path)
    assert (said.stdout, said.stderr) == ("", f"{file}:7: unknown\n")


def carried(folder: Path, release: str) -> Bundle:
    """A release whose archive has been carried over."""
    with tarfile.open(folder / f"{release}.tar.gz", "w:gz") as tar:
        word = tarfile.TarInfo("./word")
        word.size = len(release)
        tar.addfile(word, io.BytesIO(release.encode()))
    (folder / "releases").mkdir(exist_ok=True)
    return Bundle(f"{folder}/releases/{release}", release, keep=2)


def unpack(folder: Path, *releases: str) -> None:
    for release in releases:
        for order in commands(carried(folder, release)):
            done = run(order, folder)
            assert (done.returncode, done.stderr) == (0, "")


def releases(folder: Path) -> dict[str, str]:
    return {path.name: (path / "word").read_text() for path in (folder / "releases").iterdir()}


def test_a_release_is_unpacked_and_its_archive_goes(tmp_path: Path) -> None:
    unpack(tmp_path, "a")
    assert releases(tmp_path) == {"a": "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["releases"]
    assert format((tmp_path / "releases/a").stat().st_mode, "o") == "40755"


def test_a_release_that_was_half_unpacked_is_unpacked_anew(tmp_path: Path) -> None:
    (tmp_path / "releases/a.unpacking").mkdir(parents=True)
    (tmp_path / "releases/a.unpacking/word").write_text("half")
    unpack(tmp_path, "a")
    assert releases(tmp_path) == {"a": "a"}


def test_a_release_that_is_there_already_is_no_obstacle(tmp_path: Path) -> None:
    unpack(tmp_path, "a", "b", "a")
    assert releases(tmp_path) == {"a": "a", "b": "b"}


def test_a_release_that_is_there_already_is_not_unpacked_again(tmp_path: Path) -> None:
    unpack(tmp_path, "a")
    (tmp_path / "releases/a/word").write_text("kept")
    unpack(tmp_path, "a")
    assert releases(tmp_path) == {"a": "kept"}
    assert [path.name for path in tmp_path.iterdir()] == ["releases"]


def test_old_releases_go_and_the_current_one_stays(tmp_path: Path) -> None:
    unpack(tmp_path, "a")
    (tmp_path / "current").symlink_to(tmp_path / "releases/a")
    unpack(tmp_path, "b", "c", "d")
    assert sorted(releases(tmp_path)) == ["a", "c", "d"]


def test_what_lies_beside_a_release_is_no_release(tmp_path: Path) -> None:
    for release in ("a", "b", "c"):
        unpack(tmp_path, release)
        for suffix in ("environment", "run", "start"):
            (tmp_path / f"releases/{release}.{suffix}").touch()
    there = [path.name for path in (tmp_path / "releases").iterdir() if path.is_dir()]
    assert sorted(there) == ["b", "c"]
    assert (tmp_path / "releases/b.run").exists()


SYSTEMCTL = 'echo "$@" >> asked; case "$1" in {fails}) exit 1 ;; esac'


def carry_out(unit: Unit, folder: Path, fails: str = "nothing") -> tuple[int, str, list[str]]:
    """The exit status, what was said, and what systemd was asked for."""
    program(folder, "systemctl", SYSTEMCTL.format(fails=fails))
    program(folder, "journalctl", "echo last words of $2")
    (folder / "started").mkdir(exist_ok=True)
    (order,) = commands(unit)
    done = run(order, folder)
    return done.returncode, done.stderr, (folder / "asked").read_text().splitlines()


def test_what_a_killed_run_left_going_does_not_disturb_the_next(tmp_path: Path) -> None:
    """Both start the unit and note it at the same time: each `mv` waits until the other has written its note, too."""
    program(tmp_path, "systemctl", "true")
    program(tmp_path, "mv", 'sleep 0.2; exec /bin/mv "$@"')
    (tmp_path / "started").mkdir()
    (order,) = commands(Unit("web.service", "start", "a", "b"))
    with ThreadPoolExecutor() as both:
        ended = [done.result() for done in [both.submit(run, order, tmp_path) for _ in range(2)]]
    assert [(done.returncode, done.stderr) for done in ended] == [(0, ""), (0, "")]
    assert json.loads((tmp_path / "started/web.service").read_text()) == {"restart": "a", "reload": "b"}


def test_a_socket_starts_after_its_service_has_stopped(tmp_path: Path) -> None:
    status, _, asked = carry_out(Unit("web.socket", "start"), tmp_path, fails="stop")
    assert (status, asked[-2:]) == (0, ["stop web.service", "restart web.socket"])


ALWAYS = ["enable --quiet --no-reload web.service", "reset-failed web.service"]


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("start", [*ALWAYS, "restart web.service"]),
        ("restart", [*ALWAYS, "restart web.service"]),
        ("reload", [*ALWAYS, "reload web.service"]),
        ("enable", ALWAYS),
    ],
)
def test_a_unit_is_brought_up_and_its_inputs_noted(tmp_path: Path, action: str, asked: list[str]) -> None:
    assert carry_out(Unit("web.service", action, "r1", "l1"), tmp_path) == (0, "", asked)
    assert json.loads((tmp_path / "started/web.service").read_text()) == {"restart": "r1", "reload": "l1"}
    assert [path.name for path in (tmp_path / "started").iterdir()] == ["web.service"]


def test_a_changed_file_of_a_unit_is_read_once_before_a_unit_is_next_brought_up(tmp_path: Path) -> None:
    program(tmp_path, "systemctl", "echo $1 >> asked")
    program(tmp_path, "chown", "true")
    (tmp_path / "started").mkdir()
    start = Unit("web.service", "start")
    for subject in (File("/etc/systemd/system/web.service", "[Unit]"), start, start):
        (step,) = steps(subject)
        (order,) = step.arguments["commands"]
        order = order.replace("/etc/systemd/system", str(tmp_path))
        assert run(order, tmp_path, given=step.arguments.get("_stdin", "")).returncode == 0
    again = ["enable", "reset-failed", "restart"]
    assert (tmp_path / "asked").read_text().split() == ["enable", "daemon-reload", *again[1:], *again]


@pytest.mark.parametrize("action", ["start", "restart", "reload"])
def test_of_a_unit_that_fails_the_last_words_are_told_and_nothing_noted(tmp_path: Path, action: str) -> None:
    status, said, _ = carry_out(Unit("web.service", action, "r1"), tmp_path, fails="restart|reload")
    assert (status, said) == (1, "last words of web.service\n")
    assert list((tmp_path / "started").iterdir()) == []


def test_a_unit_that_cannot_be_enabled_is_started_all_the_same(tmp_path: Path) -> None:
    status, _, asked = carry_out(Unit("web.service", "start"), tmp_path, fails="enable|reset-failed")
    assert (status, asked) == (0, [*ALWAYS, "restart web.service"])


@pytest.mark.parametrize("fails", ["nothing", "disable"])
def test_a_unit_that_stops_leaves_no_note(tmp_path: Path, fails: str) -> None:
    (tmp_path / "started").mkdir()
    (tmp_path / "started/web.service").write_text("{}")
    assert carry_out(Unit("web.service", "stop"), tmp_path, fails) == (0, "", ["disable --quiet --now web.service"])
    assert list((tmp_path / "started").iterdir()) == []
