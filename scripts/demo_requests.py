"""Asks a guestbook who answers, then writes and reads an entry; stdin is `mainstay status -o json`."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

ASKED = 6
PATIENCE_SECONDS = 10.0
COLUMNS = ("server", "write_host", "read_host")
# The site is on this computer: a proxy that the environment names has no part in reaching it.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(address: str, body: Mapping[str, str] | None = None) -> dict[str, str]:
    """The decoded JSON answer to a GET, or to a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    request = urllib.request.Request(address, data=data, headers=headers)
    with OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
        decoded: dict[str, str] = json.load(answer)
    return decoded


def read_back(address: str) -> dict[str, str]:
    """An entry from a replica, which may be a moment behind the primary.

    Raises:
        urllib.error.HTTPError: the entry is still not there after PATIENCE_SECONDS.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask(address)
        except urllib.error.HTTPError as problem:
            if problem.code != 404 or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def show_who_answers(site: str) -> None:
    print(f"\n{ASKED} requests to {site}/whoami\n")
    print("   " + "".join(f"{name:<14}" for name in COLUMNS))
    for number in range(1, ASKED + 1):
        answer = ask(f"{site}/whoami")
        print(f"{number:>2} " + "".join(f"{answer[name] or '-':<14}" for name in COLUMNS))


def show_an_entry(site: str) -> None:
    written = ask(f"{site}/entries", {"author": "scripts/demo", "message": "Hello from the demo."})
    read_back(f"{site}/entries/{written['id']}")
    who = ask(f"{site}/whoami")
    print(f"\nEntry {written['id']} was written and read back.", end=" ")
    print(f"Writes go to {who['write_host']}, reads to {who['read_host']}.")


def main() -> int:
    site = json.load(sys.stdin)["endpoints"]["site"].rstrip("/")
    try:
        show_who_answers(site)
        show_an_entry(site)
    except OSError as problem:
        print(f"demo: {site} did not answer as it should: {problem}")
        print("demo: `mainstay status`, said in demo/, names the part that is ill")
        return 1
    print(f"\nOpen it in a browser: {site}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
