"""What the tests say about the two databases."""

from guestbook.database import Database
from guestbook.models import Entry
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session


def messages_in(engine: Engine) -> list[str]:
    """The messages one database holds, oldest first."""
    with Session(engine) as session:
        return list(session.scalars(select(Entry.message).order_by(Entry.id)))


def write_into(engine: Engine, *messages: str, author: str = "Ada") -> None:
    """Put messages into one database, behind the application's back."""
    with Session(engine) as session, session.begin():
        session.add_all([Entry(author=author, message=message) for message in messages])


def take_away(engine: Engine) -> None:
    """Leave one database without its tables, so that whatever is asked of it fails."""
    Entry.metadata.drop_all(engine)


def replicate(database: Database) -> None:
    """Bring the replica to what the primary holds."""
    with Session(database.primary) as primary, Session(database.replica) as replica, replica.begin():
        for entry in primary.scalars(select(Entry)):
            replica.merge(entry)
