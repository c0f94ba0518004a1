"""The local MySQL, spoken to through its socket: one connection for each duty, every statement with a time limit."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

import pymysql
import pymysql.cursors
from pymysql.constants import CLIENT

SOCKET = "/run/mysqld/mysqld.sock"
USER = "root"
"""By auth_socket: whoever is root on the machine. A server that has just been made knows no other account yet."""

Row = Mapping[str, Any]


class MysqlError(Exception):
    """MySQL did not do what it was told; `number` is its error's, 0 if it did not answer."""

    def __init__(self, text: str, number: int = 0) -> None:
        super().__init__(text)
        self.number = number


class Speaks(Protocol):
    """A connection: see `Line`."""

    def ask(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a statement; raises a MysqlError without them."""

    def hang_up(self) -> None:
        """End it."""


Connect = Callable[[float], Speaks]
"""Makes a connection whose statements may take so many seconds."""


class Line:
    """One connection, made when it is needed and made anew after an error; not to be shared between threads."""

    def __init__(self, seconds: float, socket: str = SOCKET) -> None:
        self._seconds = seconds
        self._socket = socket
        self._connection: Any = None

    def ask(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a statement.

        Raises:
            MysqlError: it was refused, or there was no answer in time; it may then go on in the server.
        """
        return self._ask(statement, parameters)[0]

    def ask_all(self, *statements: str) -> list[list[Row]]:
        """The rows of each of these statements, which are sent as one: a busy machine is waited for once, not for each.

        Raises:
            MysqlError: one was refused, and those before it are carried out; or there was no answer in time.
        """
        return self._ask(";".join(statements), ())

    def _ask(self, statement: str, parameters: Sequence[object]) -> list[list[Row]]:
        try:
            with self._connected().cursor(pymysql.cursors.DictCursor) as cursor:
                cursor.execute(statement, tuple(parameters) or None)
                found = [list(cursor.fetchall())]
                while cursor.nextset():
                    found.append(list(cursor.fetchall()))
                return found
        except (pymysql.MySQLError, OSError) as error:
            self.hang_up()
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            raise MysqlError(f"{statement[:60]}: {error}", number) from error

    def hang_up(self) -> None:
        """The next statement makes a connection of its own."""
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = pymysql.connect(
                unix_socket=self._socket, user=USER, autocommit=True, ssl_disabled=True,
                client_flag=CLIENT.MULTI_STATEMENTS,
                connect_timeout=self._seconds, read_timeout=self._seconds, write_timeout=self._seconds,
            )  # fmt: skip
        return self._connection


def tell(seconds: float, *statements: str | tuple[str, Sequence[object]], socket: str = SOCKET) -> None:
    """Carry statements out in order on a connection of their own; stops at the first that is refused.

    Raises:
        MysqlError: one was.
    """
    line = Line(seconds, socket)
    try:
        for statement in statements:
            words, parameters = (statement, ()) if isinstance(statement, str) else statement
            line.ask(words, parameters)
    finally:
        line.hang_up()
