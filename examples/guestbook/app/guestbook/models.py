"""The tables."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LONGEST_AUTHOR = 80
LONGEST_MESSAGE = 1000


class Base(DeclarativeBase):
    """What every table derives from."""


def _now() -> datetime:
    # MySQL's DATETIME knows no time zone and, as declared here, no fractions: both are cut off on our side,
    # so that what was written is what will be read.
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Entry(Base):
    """One message in the guestbook. `created_at` is in UTC."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(String(LONGEST_AUTHOR))
    message: Mapped[str] = mapped_column(String(LONGEST_MESSAGE))
    created_at: Mapped[datetime] = mapped_column(DateTime, default=_now)

    def to_json(self) -> dict[str, int | str]:
        """The entry as the JSON interface shows it, the time in ISO 8601."""
        return {
            "id": self.id,
            "author": self.author,
            "message": self.message,
            "created_at": self.created_at.replace(tzinfo=UTC).isoformat(),
        }
