"""Builds a release into one archive: the project's folders, and the packages for the machines' Python."""

import re
import shutil
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.releases.release import Recipe, ReleaseError

OWN_PYTHON = re.compile(rb"#![^\n]*python[^\n]*\n|#!/bin/sh\n'''exec' [^\n]*\n' '''\n")
"""How an installed command begins; the second way is for a Python whose path is long or holds a space."""

PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "aarch64": "aarch64-manylinux_2_28"}


@dataclass(frozen=True)
class Target:
    """What the packages must fit: the machines' Python ("3.14") and processor ("x86_64")."""

    python: str
    processor: str


def archive_path(cache: Path, identifier: str, target: Target) -> Path:
    """Where the archive of a release lies, or will lie."""
    return cache / "releases" / f"{identifier}-{target.python}-{target.processor}.tar.gz"


def ensure_built(recipe: Recipe, target: Target, cache: Path) -> Path:
    """Afterwards the release's archive is there, whole; gives its path.

    Raises:
        ReleaseError: a package cannot be had for the machines' Python.
    """
    archive = archive_path(cache, recipe.identifier, target)
    if archive.exists():
        return archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".building-") as folder:
        tree = Path(folder) / "tree"
        _copy_project(recipe, tree / "project")
        _install_packages(recipe, target, tree / "lib")
        half_made = Path(folder) / "archive"
        with tarfile.open(half_made, "w:gz", compresslevel=1) as tar:
            tar.add(tree, arcname=".", filter=_owned_by_root)
        half_made.replace(archive)
    return archive


def _copy_project(recipe: Recipe, destination: Path) -> None:
    for path in recipe.files():
        copy = destination / path.relative_to(recipe.project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def _install_packages(recipe: Recipe, target: Target, destination: Path) -> None:
    """Resolve and unpack wheels for a Python that need not be this computer's: nothing is compiled, nothing is run."""
    destination.mkdir(parents=True)
    for wanted in _wanted(recipe):
        done = shell.run(_uv(target, destination, wanted))
        if not done.is_success:
            said = [line for line in done.errors.splitlines() if line.strip()][-8:]
            raise ReleaseError("The application's packages cannot be had:\n  " + "\n  ".join(said))
    _free_scripts_from_this_computer(destination / "bin")


def _wanted(recipe: Recipe) -> list[tuple[str, ...]]:
    wanted: list[tuple[str, ...]] = []
    if recipe.requirements:
        wanted.append(("--requirements", str(recipe.requirements)))
    if recipe.server:
        wanted.append(recipe.server)
    return wanted


def _uv(target: Target, destination: Path, wanted: tuple[str, ...]) -> tuple[str, ...]:
    if target.processor not in PLATFORMS:
        raise ReleaseError(f"Releases for {target.processor} are not known; known are {', '.join(PLATFORMS)}.")
    return (
        sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config", "--target", str(destination),
        "--python-version", target.python, "--python-platform", PLATFORMS[target.processor],
        "--only-binary", ":all:", "--no-compile-bytecode", *wanted,
    )  # fmt: skip


def _free_scripts_from_this_computer(folder: Path) -> None:
    """The installed commands name this computer's Python in their first line; make it the machine's."""
    scripts = folder.iterdir() if folder.is_dir() else ()
    for script in scripts:
        text = script.read_bytes()
        if found := OWN_PYTHON.match(text):
            script.write_bytes(b"#!/usr/bin/env python3\n" + text[found.end() :])


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member
