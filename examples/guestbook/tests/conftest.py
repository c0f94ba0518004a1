"""The application on two sqlite files, one standing for the primary and one for the replica."""

import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

# The application is deployed as a folder, not installed, so its tests find it as a folder too.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "app"))

from guestbook.application import create_app
from guestbook.database import Database


@pytest.fixture
def addresses(tmp_path: Path) -> dict[str, str]:
    """Where the primary and the replica are, as environment variables."""
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/primary.db",
        "DATABASE_REPLICA_URL": f"sqlite:///{tmp_path}/replica.db",
    }


@pytest.fixture
def app(addresses: dict[str, str]) -> Flask:
    """The application with its tables made on both sides by the migrations."""
    replica = {"DATABASE_URL": addresses["DATABASE_REPLICA_URL"]}
    for environment in (addresses, replica):
        result = create_app(environment).test_cli_runner().invoke(args=["db", "upgrade"])
        assert result.exit_code == 0, result.output
    return create_app(addresses | {"MAINSTAY_SERVER": "srv-01", "MAINSTAY_RELEASE": "2026-01-31"})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Database:
    """The two databases behind the application."""
    found = app.extensions["database"]
    assert isinstance(found, Database)
    return found
