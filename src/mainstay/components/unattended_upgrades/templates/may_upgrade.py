#!/usr/bin/env python3
"""Whether something is said to be so; systemd asks this before it upgrades this machine (ExecCondition=).

    may-upgrade WHAT URL

Exit status 0 if URL answers 200. Else 1, and the journal says what is not known to be so: systemd then leaves the
upgrade out, which is no failure, and asks again the next night. Who does not answer has not said yes.
"""

import http.client
import sys
from http import HTTPStatus
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 2.0
"""Whoever takes longer is not well."""
LONGEST = 60
"""Of an answer, in bytes: a database's begins with its role."""


def answer(url: str) -> tuple[bool, str]:
    """Whether a URL answers 200, and what it answers, for people."""
    asked = urlsplit(url)
    connection = http.client.HTTPConnection(str(asked.hostname), asked.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", asked.path)
        response = connection.getresponse()
        words = response.read(LONGEST).decode(errors="replace").split()
    except (OSError, http.client.HTTPException) as error:
        return False, f"nobody answers: {error}"
    finally:
        connection.close()
    return response.status == HTTPStatus.OK, " ".join(("it answers", str(response.status), *words))


def main() -> None:
    """Ask, and say why the machine is not upgraded, if it is not."""
    what, url = sys.argv[1:]
    is_so, said = answer(url)
    if not is_so:
        sys.stdout.write(f"This machine is not upgraded now: it is not known that {what}. Asked at {url}, {said}.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
