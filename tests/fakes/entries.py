"""A site with entries that is not there: it answers as the guestbook does, and can be told to be dishonest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.drills.attempt import FAILED, OK
from mainstay.drills.exchange import Reply


@dataclass
class FakeEntries:
    """What is written is kept in `entries` by its number; `answers` says what a number is answered with before that."""

    entries: dict[int, str] = field(default_factory=dict)
    answers: dict[int, list[int]] = field(default_factory=dict)
    status_of_writes: int = 201
    last: int = 0

    async def ask(self, method: str, path: str, document: Mapping[str, str] | None) -> Reply:
        if method == "POST" and document is not None:
            number = self.write(document["message"])
            return _reply(self.status_of_writes, f'{{"id": {number}}}')
        number = int(path.rpartition("/")[2])
        if waiting := self.answers.get(number):
            return _reply(waiting.pop(0), "{}")
        if number not in self.entries:
            return _reply(404, "{}")
        return _reply(200, f'{{"id": {number}, "message": "{self.entries[number]}"}}')

    def write(self, message: str) -> int:
        """Honest: the entry is there, once."""
        self.last += 1
        self.entries[self.last] = message
        return self.last


class OneLost(FakeEntries):
    """Loses the third entry that it acknowledged."""

    def write(self, message: str) -> int:
        number = super().write(message)
        self.entries.pop(3, None)
        return number


class Dropping(FakeEntries):
    """Answers that it has the entry, and has not."""

    def write(self, message: str) -> int:
        self.last += 1
        return self.last


class Doubling(FakeEntries):
    """Writes every entry twice."""

    def write(self, message: str) -> int:
        number = super().write(message)
        super().write(message)
        return number


def _reply(status: int, body: str) -> Reply:
    return Reply(OK if status < 400 else FAILED, status, body.encode())
