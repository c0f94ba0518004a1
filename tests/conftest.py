"""Marks every test with the ring its folder stands for, so that `-m unit` and the like select by folder."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RINGS = ("unit", "golden", "alerts", "architecture", "lab")
# A lab test may be the one for which the machines' image is built.
LAB_SECONDS = 900


def ring_of(path: Path) -> str:
    """The ring a test file belongs to, by the folder it lies in.

    Raises:
        pytest.UsageError: the file lies in no ring.
    """
    folders = path.relative_to(ROOT).parts
    if folders[0] == "examples":
        return "example"
    if folders[1] in RINGS:
        return folders[1]
    raise pytest.UsageError(f"{path}: a test belongs to a ring, so move it into one of tests/{{{','.join(RINGS)}}}/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        ring = ring_of(item.path)
        item.add_marker(ring)
        if ring == "lab" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LAB_SECONDS))
