"""Where the benchmark works: a folder of its own with a copy of the guestbook, and a lab of its own."""

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds.lab.places import cache_folder
from mainstay.operations.site import Site, open_site

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
MAINSTAY = str(Path(sys.executable).with_name("mainstay"))
NAME = "bench"
PORT = 38080


@dataclass(frozen=True)
class Workplace:
    """The folders of one run of the benchmark, all under one that goes away with it."""

    folder: Path

    @property
    def project(self) -> Path:
        """The copy of the guestbook, with its mainstay.yaml."""
        return self.folder / "site"

    @property
    def releases(self) -> Path:
        """Where Mainstay keeps the releases that it has built."""
        return self.folder / "cache" / "mainstay" / "releases"

    @property
    def ssh_config(self) -> Path:
        """The one way to the machines, for all three tools."""
        return self.project / ".mainstay" / NAME / "ssh_config"

    def tool(self, program: str) -> str:
        """A program of the virtual environment that holds Ansible and pyinfra."""
        return str(self.folder / "tools" / "bin" / program)

    def site(self) -> Site:
        """The site, as Mainstay's verbs open it."""
        return open_site(self.project / "mainstay.yaml")


def prepare(folder: Path) -> Workplace:
    """Lay out the folder, set this process's environment, install the tools, and see that there is an image.

    The cache is the benchmark's own, so that a release can be built anew without taking anybody else's; the images in
    it are those that are there. The folder of shared SSH connections is its own, too.
    """
    place = Workplace(folder)
    images = cache_folder() / "images"
    images.mkdir(parents=True, exist_ok=True)
    own_cache = folder / "cache" / "mainstay"
    own_cache.mkdir(parents=True)
    (own_cache / "images").symlink_to(images)
    (folder / "run").mkdir(mode=0o700)
    os.environ.setdefault("UV_CACHE_DIR", str(cache_folder().parent / "uv"))
    os.environ |= {
        "XDG_CACHE_HOME": str(own_cache.parent),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "ANSIBLE_HOME": str(folder / "ansible-home"),
        "NO_COLOR": "1",
    }
    _copy_site(place)
    _install_tools(place)
    run(MAINSTAY, "lab", "image", "-q")
    return place


def _copy_site(place: Workplace) -> None:
    shutil.copytree(REPOSITORY / "examples" / "guestbook", place.project)
    run(MAINSTAY, "init", "--blueprint", "distributed", str(place.project))
    file = place.project / "mainstay.yaml"
    text = file.read_text().replace("name: shop ", f"name: {NAME} ", 1)
    file.write_text(f"{text}\nlab: {{ port: {PORT} }}\n")


def _install_tools(place: Workplace) -> None:
    venv.create(place.folder / "tools", with_pip=True)
    pip = (place.tool("python"), "-m", "pip", "-qq", "--disable-pip-version-check")
    run(*pip, "install", "--require-hashes", "-r", str(HERE / "requirements.txt"))


def run(*command: str, cwd: Path | None = None, with_errors: bool = False) -> str:
    """Run a program that must succeed, and give its output; `with_errors`, what it wrote to standard error, too.

    Raises:
        RuntimeError: it did not; with the end of what it said.
    """
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-60:])
        raise RuntimeError(f"{' '.join(command[:4])} ... ended with {done.returncode}:\n{said}")
    return done.stdout + (done.stderr if with_errors else "")
