"""The option that writes the golden files anew, never where CI runs."""

import os

import pytest

OPTION = "--update-golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write the golden files anew; review them like code")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION, default=False) and os.environ.get("CI"):
        raise pytest.UsageError(f"{OPTION} is for the one who reviews the files, not for CI.")


@pytest.fixture
def is_updating(request: pytest.FixtureRequest) -> bool:
    """Whether the golden files are to be written anew."""
    return bool(request.config.getoption(OPTION, default=False))
