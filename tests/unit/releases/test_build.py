"""A release in one archive."""

import tarfile
from pathlib import Path

import pytest

from mainstay.releases.build import Target, _free_scripts_from_this_computer, archive_path, ensure_built
from mainstay.releases.release import Recipe, ReleaseError

TARGET = Target("3.14", "x86_64")


@pytest.fixture
def plain(tmp_path: Path) -> Recipe:
    """A program without packages, so that nothing is fetched."""
    project = tmp_path / "project"
    (project / "app/data").mkdir(parents=True)
    (project / "app/serve").write_text("#!/bin/sh\n")
    (project / "app/serve").chmod(0o750)
    (project / "app/data/words").write_text("words")
    (project / "app/data/words").chmod(0o600)
    return Recipe(project, ("app",), None, ())


def test_the_archive_holds_the_project_and_belongs_to_root(plain: Recipe, tmp_path: Path) -> None:
    archive = ensure_built(plain, TARGET, tmp_path / "cache")
    with tarfile.open(archive) as tar:
        held = {m.name: (format(m.mode, "o"), m.uid, m.gid, m.uname, m.gname) for m in tar.getmembers()}
        words = tar.extractfile("./project/app/data/words")
        assert words is not None
        assert words.read() == b"words"
    root = (0, 0, "root", "root")
    assert held == {
        ".": ("755", *root),
        "./lib": ("755", *root),
        "./project": ("755", *root),
        "./project/app": ("755", *root),
        "./project/app/data": ("755", *root),
        "./project/app/data/words": ("644", *root),
        "./project/app/serve": ("755", *root),
    }


def test_the_archive_lies_under_the_releases_name_and_nothing_else_does(plain: Recipe, tmp_path: Path) -> None:
    archive = ensure_built(plain, TARGET, tmp_path / "cache")
    assert archive == archive_path(tmp_path / "cache", plain.identifier, TARGET)
    assert archive.name == f"{plain.identifier}-3.14-x86_64.tar.gz"
    assert list(archive.parent.iterdir()) == [archive]


def test_an_archive_that_is_there_is_not_built_again(plain: Recipe, tmp_path: Path) -> None:
    archive = archive_path(tmp_path / "cache", plain.identifier, TARGET)
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"built before")
    assert ensure_built(plain, TARGET, tmp_path / "cache").read_bytes() == b"built before"


def test_packages_for_an_unknown_processor_are_refused_and_leave_nothing(plain: Recipe, tmp_path: Path) -> None:
    served = Recipe(plain.project, plain.folders, None, ("gunicorn",))
    with pytest.raises(ReleaseError) as caught:
        ensure_built(served, Target("3.14", "sparc64"), tmp_path / "cache")
    assert str(caught.value) == "Releases for sparc64 are not known; known are x86_64, aarch64."
    assert list((tmp_path / "cache/releases").iterdir()) == []


@pytest.mark.parametrize(
    ("installed", "freed"),
    [
        ("#!/opt/venv/bin/python\nimport a\n", "#!/usr/bin/env python3\nimport a\n"),
        ("#!/opt/venv/bin/python3.11 -s\nimport a\n", "#!/usr/bin/env python3\nimport a\n"),
        (
            "#!/bin/sh\n'''exec' '/home/me/my shop/.venv/bin/python' \"$0\" \"$@\"\n' '''\nimport a\n",
            "#!/usr/bin/env python3\nimport a\n",
        ),
        ("#!/bin/sh\nexec python -m a\n", "#!/bin/sh\nexec python -m a\n"),
        ("\x7fELF python\n", "\x7fELF python\n"),
        ("", ""),
    ],
)
def test_an_installed_command_finds_the_python_of_its_machine(tmp_path: Path, installed: str, freed: str) -> None:
    (tmp_path / "command").write_text(installed)
    _free_scripts_from_this_computer(tmp_path)
    assert (tmp_path / "command").read_text() == freed
