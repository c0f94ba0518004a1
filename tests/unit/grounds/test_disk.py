"""The disk of a lab's machine, as far as nothing is mounted."""

from pathlib import Path

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab.disk import Disk


def test_a_new_disk_lies_in_a_file_of_its_own(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "srv-01")
    assert (disk.upper, disk.work) == (tmp_path / "srv-01/disk/upper", tmp_path / "srv-01/disk/work")


def test_a_disk_from_before_stays_the_folder_that_it_is_and_is_not_filled(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "srv-01")
    (disk.folder / "upper").mkdir(parents=True)
    disk.ensure(2**33)
    disk.attach()
    assert sorted(path.name for path in disk.folder.iterdir()) == ["upper", "work"]
    assert disk.upper == disk.folder / "upper"
    with pytest.raises(GroundError, match="down --destroy"):
        disk.fill()
    disk.empty()
    disk.detach()


def test_the_disk_of_a_machine_that_is_off_is_not_filled(tmp_path: Path) -> None:
    with pytest.raises(GroundError, match=r"srv-01 is off\."):
        Disk(tmp_path / "srv-01").fill()


def test_what_was_never_made_is_empty(tmp_path: Path) -> None:
    Disk(tmp_path / "srv-01").empty()
    assert list(tmp_path.iterdir()) == []
