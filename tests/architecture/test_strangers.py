"""Nothing in the repository names the computer it was written on, or where that computer fetches packages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT

ADDRESS = re.compile(r"https?://(?:[^/@\s]+@)?([^/:\s\"']+)")
DEFAULT_INDEX = "from pip._internal.models.index import PyPI as index; print(index.url, index.file_storage_domain)"
# A checkout that lies directly in one of these says nothing about its owner: only its own path is looked for.
EVERYBODYS = frozenset(map(Path, ("/", "/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr/src", "/var/tmp")))


def hosts_of_apt() -> set[str]:
    files = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    return {host for file in files if file.is_file() for host in ADDRESS.findall(readable(file))}


def hosts_of_pip() -> set[str]:
    """Hosts in pip's configuration (its files and the environment), and the two it uses without any."""
    configured = output_of(sys.executable, "-m", "pip", "config", "list")
    index, files = output_of(sys.executable, "-c", DEFAULT_INDEX).split()
    return {*ADDRESS.findall(configured), *ADDRESS.findall(index), files}


def readable(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except PermissionError:
        return ""


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def places(text: str) -> Iterator[str]:
    """Where a fixed string stands in the tracked files: `file:line:text`."""
    git = ("git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}")
    search = (*git, "grep", "--line-number", "-I", "--fixed-strings", "-e", text)
    ran = subprocess.run(search, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    return iter(ran.stdout.splitlines())


def test_no_path_of_this_computer() -> None:
    parent = [] if ROOT.parent in EVERYBODYS else [f"{ROOT.parent}/"]
    assert [place for path in [str(ROOT), *parent] for place in places(path)] == []


def test_no_host_that_packages_come_from() -> None:
    assert [place for host in sorted(hosts_of_apt() | hosts_of_pip()) for place in places(host)] == []
