"""What a release is made of, and the name that follows from it."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mainstay.model.error import MainstayError
from mainstay.spec import Spec

SERVER = ("gunicorn==27.0.1",)
"""The application server that every WSGI or ASGI release carries; `docs/decisions/0002` says why this one."""

LEFT_OUT = frozenset(
    {".git", ".venv", "venv", "__pycache__", ".mainstay", "node_modules", ".pytest_cache", ".mypy_cache"}
)


class ReleaseError(MainstayError):
    """The release cannot be built; the text says why and what to do."""


@dataclass(frozen=True)
class Recipe:
    """What goes into a release: folders relative to the project, the list of packages, and the server.

    `folders` are kept at their own paths, so that what is `./app/static` in the file is found there in the release.
    """

    project: Path
    folders: tuple[str, ...]
    requirements: Path | None
    server: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """Twelve hexadecimal digits over every file's path, mode and content, the packages and the server."""
        packages = str(self.requirements.relative_to(self.project)) if self.requirements else ""
        digest = hashlib.sha256(repr((self.folders, packages, self.server)).encode())
        for path in self.files():
            is_executable = os.access(path, os.X_OK)
            digest.update(os.fsencode(path.relative_to(self.project)) + f"\0{is_executable}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def files(self) -> Iterator[Path]:
        """Every file of the release, in a fixed order, each once."""
        found = {path for folder in self.folders for path in _files_under(self.project / folder)}
        return iter(sorted(found))


def recipe(spec: Spec, project: Path) -> Recipe:
    """The recipe for the application that the file names, in the project folder that holds the file.

    Raises:
        ReleaseError: a folder, or the list of packages, that the file names is not there.
    """
    folders = (spec.app.source, *spec.web.static.values())
    for folder in folders:
        if not (project / folder).is_dir():
            raise ReleaseError(f"{spec.name}: there is no folder {folder} in {project}, though mainstay.yaml names it.")
    requirements = project / spec.app.source / spec.app.requirements
    if not requirements.is_file() and "requirements" in spec.app.model_fields_set:
        missing = requirements.relative_to(project)
        raise ReleaseError(f"{spec.name}: there is no file {missing} in {project}, though mainstay.yaml names it.")
    return Recipe(project, folders, requirements if requirements.is_file() else None, () if spec.app.run else SERVER)


def _files_under(folder: Path) -> Iterator[Path]:
    """What can be carried: a link to nothing, as editors leave one for a lock, is no file."""
    for where, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in LEFT_OUT]
        paths = (Path(where) / file for file in files if not file.endswith(".pyc"))
        yield from (path for path in paths if path.is_file())
