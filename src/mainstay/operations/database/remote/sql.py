"""Runs on a database machine: carries out statements as the local administrator, prints the rows as JSON.

Reads from standard input a JSON list of [statement, [parameters]]; prints a list of lists of rows (objects), or on an
error {"error": [number, text]}.
"""

import json
import sys
from typing import Any

import pymysql
import pymysql.cursors


def main() -> None:
    """Read, run each statement, print."""
    results: list[Any] = []
    try:
        connection = pymysql.connect(
            unix_socket="/run/mysqld/mysqld.sock", user="root", connect_timeout=5, read_timeout=600, autocommit=True
        )
        with connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            for statement, parameters in json.load(sys.stdin):
                cursor.execute(statement, parameters or None)
                results.append(list(cursor.fetchall()))
    except pymysql.MySQLError as error:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        print(json.dumps({"error": [number, str(error.args[-1] if error.args else error)]}))
        return
    print(json.dumps(results, default=str))


if __name__ == "__main__":
    main()
