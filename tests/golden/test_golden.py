"""What the compiler makes of a file is what was reviewed: no more, no less, to the letter.

After a change that is meant: `pytest tests/golden --update-golden`, then read the difference like code.
"""

import pytest

from mainstay.spec import BLUEPRINTS
from tests.golden.cases import CASES, FILE, FOLDER, produced, store, stored


@pytest.mark.parametrize("case", CASES)
def test_every_file_of_every_machine_is_as_reviewed(case: str, is_updating: bool) -> None:
    if is_updating:
        store(case)
    assert produced(case) == stored(case)


def test_every_folder_is_a_case() -> None:
    folders = {path.name for path in FOLDER.glob("*/") if path.name != "__pycache__"}
    assert folders == set(CASES)


@pytest.mark.parametrize("case", BLUEPRINTS)
def test_a_blueprint_has_no_second_file(case: str) -> None:
    assert not (FOLDER / case / FILE).exists()
