"""A MySQL that answers by a list: what it was asked is kept, in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mainstay_keeper.sql import MysqlError, Row

Answer = Sequence[Row] | MysqlError | Callable[[], Sequence[Row]]


@dataclass
class FakeServer:
    """`answers`: by the beginning of a statement; what is not there has no rows. `open`: connections not hung up."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    open: int = 0

    def connect(self, seconds: float) -> "FakeLine":
        """A connection to it."""
        self.open += 1
        return FakeLine(self)

    def answer(self, statement: str, parameters: Sequence[object]) -> list[Row]:
        """Keep what was asked, and answer it."""
        self.asked.append(statement % tuple(map(repr, parameters)) if parameters else statement)
        found = next((answer for start, answer in self.answers.items() if statement.startswith(start)), ())
        if isinstance(found, MysqlError):
            raise found
        return list(found() if callable(found) else found)


class FakeLine:
    """As `sql.Line`."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def ask(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows."""
        return self.server.answer(statement, parameters)

    def hang_up(self) -> None:
        """One connection less."""
        self.server.open -= 1
