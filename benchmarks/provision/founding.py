"""Runs on a database machine: makes it primary or replica by the statements that Mainstay uses, unless it is already.

A call of one of the two functions is put at the end of it; they print "changed" if they changed something.
"""

import time
from typing import Any

import pymysql
import pymysql.cursors

FOLLOW = (
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = 3306, SOURCE_USER = 'replication',"
    " SOURCE_PASSWORD = %s, SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,"
    " SOURCE_RETRY_COUNT = 10000000, SOURCE_HEARTBEAT_PERIOD = 1"
)


def session() -> Any:
    """A connection as the local administrator; waits up to a minute for the server."""
    for _ in range(300):
        try:
            return pymysql.connect(
                unix_socket="/run/mysqld/mysqld.sock",
                user="root",
                autocommit=True,
                cursorclass=pymysql.cursors.DictCursor,
            )
        except pymysql.MySQLError:
            time.sleep(0.2)
    raise SystemExit("MySQL does not answer")


def ask(connection: Any, statement: str, parameters: Any = None) -> Any:
    """Run one statement and give its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()


def ensure_primary(order: dict[str, Any]) -> None:
    """Take writes, and have the schema and every account."""
    changes: list[Any] = []
    with session() as connection:
        if ask(connection, "SELECT @@GLOBAL.super_read_only AS ro")[0]["ro"]:
            changes += [
                ("SET PERSIST rpl_semi_sync_source_enabled = ON", ()),
                ("SET PERSIST super_read_only = OFF", ()),
                ("SET PERSIST read_only = OFF", ()),
            ]
        if not ask(connection, "SHOW DATABASES LIKE %s", (order["schema"],)):
            changes.append((f"CREATE DATABASE `{order['schema']}`", ()))
        existing = {(row["user"], row["host"]) for row in ask(connection, "SELECT user, host FROM mysql.user")}
        for user, host, creation in order["accounts"]:
            if (user, host) not in existing:
                changes += creation
        for statement, parameters in changes:
            ask(connection, statement, parameters)
    if changes:
        print("changed")


def ensure_replica(order: dict[str, Any]) -> None:
    """Hold a copy of the primary's data, and follow it."""
    source, password = order["source"], order["password"]
    with session() as connection:
        if is_following(connection, source):
            return
        clone(connection, source, password)
    while not is_cloned():
        time.sleep(0.2)
    with session() as connection:
        ask(connection, "STOP REPLICA")
        ask(connection, FOLLOW, (source, password))
        ask(connection, "START REPLICA")
        while not is_following(connection, source):
            time.sleep(0.2)
    print("changed")


def clone(connection: Any, source: str, password: str) -> None:
    """Copy the primary's data; the server restarts under the connection when it is done."""
    ask(connection, "SET GLOBAL clone_valid_donor_list = %s", (f"{source}:3306",))
    try:
        ask(
            connection,
            "CLONE INSTANCE FROM 'replication'@%s:3306 IDENTIFIED BY %s REQUIRE SSL",
            (source, password),
        )
    except pymysql.MySQLError as error:
        if error.args[0] not in (2006, 2013, 3707):
            raise


def is_cloned() -> bool:
    """Whether the server is back and says that the copying is complete."""
    try:
        with session() as connection:
            rows = ask(connection, "SELECT state FROM performance_schema.clone_status")
    except pymysql.MySQLError:
        return False
    return bool(rows) and rows[0]["state"] == "Completed"


def is_following(connection: Any, source: str) -> bool:
    """Whether both threads of the replication run, from this source."""
    rows = ask(connection, "SHOW REPLICA STATUS")
    return bool(rows) and (
        rows[0]["Source_Host"] == source and rows[0]["Replica_IO_Running"] == rows[0]["Replica_SQL_Running"] == "Yes"
    )
