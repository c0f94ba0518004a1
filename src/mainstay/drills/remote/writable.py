"""Runs on a database's machine: says ten times a second whether its MySQL takes writes, until nobody listens.

One line a look: when it was asked and when it had answered (CLOCK_MONOTONIC, seconds: one clock for all machines of a
lab), whether it takes writes (1 or 0), and the uuid of its data. A MySQL that does not answer gives no line.
"""

import time

import pymysql

SOCKET = "/run/mysqld/mysqld.sock"
EVERY_SECONDS = 0.1
QUESTION = "SELECT NOT @@GLOBAL.super_read_only, @@GLOBAL.server_uuid"


def watch() -> None:
    """Keep one connection and ask."""
    with pymysql.connect(
        unix_socket=SOCKET, user="root", connect_timeout=2, read_timeout=2, autocommit=True
    ) as connection:
        while True:
            asked = time.monotonic()
            with connection.cursor() as cursor:
                cursor.execute(QUESTION)
                takes_writes, uuid = cursor.fetchone()
            print(f"{asked:.6f} {time.monotonic():.6f} {takes_writes} {uuid}", flush=True)
            time.sleep(EVERY_SECONDS)


while True:
    try:
        watch()
    except (pymysql.MySQLError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            break
        time.sleep(EVERY_SECONDS)
