"""`flask db upgrade` and `flask db revision`: the tables change with the releases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask.cli import AppGroup

from guestbook.database import database

MIGRATIONS = Path(__file__).parent.parent / "migrations"

migrations = AppGroup("db", help="Change the tables of the database.")


@migrations.command("upgrade")
def upgrade() -> None:
    """Bring the tables of the primary to the newest revision; the replicas follow it."""
    with _connected() as config:
        command.upgrade(config, "head")
    click.echo("The tables are at the newest revision.")


@migrations.command("revision")
@click.option("-m", "--message", required=True, help="What the revision changes.")
def revision(message: str) -> None:
    """Write a revision from the difference between the models and the tables."""
    with _connected() as config:
        command.revision(config, message=message, autogenerate=True)


@contextmanager
def _connected() -> Iterator[Config]:
    config = Config()
    # Alembic reads its settings with "%" interpolation, so a path that has one must double it.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database().primary.begin() as connection:
        config.attributes["connection"] = connection
        yield config
