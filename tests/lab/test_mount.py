"""What is mounted is given back, also where it was busy for a moment."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab.mount import unmount


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    subprocess.run(("mount", "-t", "tmpfs", "tmpfs", str(tmp_path)), check=True)
    yield tmp_path
    unmount(tmp_path, "Unmounting")


def test_a_place_that_is_busy_for_a_moment_is_given_back(mounted: Path) -> None:
    held = (mounted / "held").open("w")
    threading.Timer(0.5, held.close).start()
    unmount(mounted, "Unmounting")
    assert (held.closed, mounted.is_mount()) == (True, False)


def test_a_place_where_somebody_works_is_not_and_that_is_said(mounted: Path) -> None:
    with (mounted / "held").open("w"), pytest.raises(GroundError, match="Unmounting the disk failed"):
        unmount(mounted, "Unmounting the disk", seconds=0.2)
    assert mounted.is_mount()
