"""The units that renew certificates by themselves."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mainstay.operations.site import open_site
from mainstay.operations.timer import Timer, program, quoted, timer_for
from mainstay.spec import blueprint

FOLDERS = ("shop", "my shop", '50% "off" $HOME')


@pytest.fixture(params=FOLDERS)
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / str(request.param)
    folder.mkdir()
    (folder / "mainstay.yaml").write_text(blueprint("simple"))
    return folder


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MAINSTAY_IDENTITY", raising=False)


def made(project: Path, environment: str | None = None) -> Timer:
    return timer_for(open_site(project / "mainstay.yaml"), project / "mainstay.yaml", environment)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("project", ["shop"], indirect=True)
def test_the_program_and_the_folder_are_said_in_full(project: Path, tmp_path: Path) -> None:
    (started_by,) = program()
    timer = made(project)
    assert lines(timer.service) == [
        "[Unit]",
        "Description=Renews certificates of shop",
        "StartLimitIntervalSec=1d",
        "StartLimitBurst=4",
        "[Service]",
        "Type=oneshot",
        f"WorkingDirectory={project}",
        f"ExecStart={started_by} secret renew --yes --quiet --file {project}/mainstay.yaml",
        "Restart=on-failure",
        "RestartSec=15min",
    ]
    assert {"OnCalendar=weekly", "RandomizedDelaySec=12h", "Persistent=true"} <= {*lines(timer.timer)}
    assert [*timer.files] == [
        tmp_path / f"config/systemd/user/mainstay-renew-shop.{kind}" for kind in ("service", "timer")
    ]
    assert timer.commands[0] == "systemctl --user enable --now mainstay-renew-shop.timer"


@pytest.mark.parametrize("project", ["shop"], indirect=True)
def test_an_environment_has_a_timer_of_its_own(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_IDENTITY", str(tmp_path / "key"))
    timer = made(project, "staging")
    assert timer.name == "mainstay-renew-shop-staging"
    assert lines(timer.service)[8].endswith("/mainstay.yaml --env staging")
    assert lines(timer.service)[7] == f"Environment=MAINSTAY_IDENTITY={tmp_path}/key"


@pytest.mark.parametrize("project", ["shop"], indirect=True)
def test_one_that_was_put_there_is_seen(project: Path) -> None:
    timer = made(project)
    assert not timer.is_there
    timer.folder.mkdir(parents=True)
    for path, text in timer.files.items():
        path.write_text(text)
    assert timer.is_there


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/srv/shop", "/srv/shop"),
        ("/srv/my shop", '"/srv/my shop"'),
        ("50%", '"50%%"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("it's", '"it\'s"'),
        ("", '""'),
    ],
)
def test_words_are_quoted_as_systemd_reads_them(word: str, written: str) -> None:
    assert quoted(word) == written


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_understands_them(project: Path, tmp_path: Path) -> None:
    timer = made(project)
    files = [tmp_path / path.name for path in timer.files]
    for file, text in zip(files, timer.files.values(), strict=True):
        file.write_text(text)
    asked = ("systemd-analyze", "--user", "verify", *map(str, files))
    said = subprocess.run(
        asked, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
