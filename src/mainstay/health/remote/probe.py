"""Runs on a machine, with its own Python and nothing else: answers probes.

Reads from standard input a JSON list of {"kind", "target", "host"}; prints a JSON list of "" (well) or why not.
"""

import http.client
import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

SECONDS = 3


def unit(target: str, _host: str) -> str:
    """A systemd unit must be active."""
    said = subprocess.run(("systemctl", "is-active", target), capture_output=True, text=True, check=False)
    state = said.stdout.strip() or "unknown"
    return "" if state == "active" else f"{target} is {state}"


def tcp(target: str, _host: str) -> str:
    """A port must accept a connection."""
    address, _, port = target.rpartition(":")
    try:
        socket.create_connection((address, int(port)), SECONDS).close()
    except OSError as error:
        return f"nothing answers at {target}: {error}"
    return ""


def greeting(target: str, _host: str) -> str:
    """A port must accept a connection, and whoever is behind it must speak first."""
    address, _, port = target.rpartition(":")
    try:
        with socket.create_connection((address, int(port)), SECONDS) as connection:
            return "" if connection.recv(1) else f"nobody is behind {target}"
    except OSError as error:
        return f"nobody is behind {target}: {error}"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket: the host is the socket's path."""

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.host)


def http_by_socket(target: str, host: str) -> str:
    """A path, asked for over a unix socket, must answer with a status below 400."""
    _, path, asked = target.split(":", 2)
    connection = UnixConnection(path)
    try:
        connection.request("GET", asked, headers={"Host": host or "localhost"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{asked} does not answer on {path}: {error}"
    finally:
        connection.close()
    return "" if status < 400 else f"{asked} answers {status} on {path}"


def by_http(target: str, host: str) -> str:
    """A URL must answer with a status below 400."""
    if target.startswith("unix:"):
        return http_by_socket(target, host)
    request = urllib.request.Request(target, headers={"Host": host} if host else {})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return f"{target} answers {error.code}"
    except OSError as error:
        return f"{target} does not answer: {getattr(error, 'reason', error)}"


KINDS = {"unit": unit, "tcp": tcp, "greeting": greeting, "http": by_http}


def main() -> None:
    """All probes at once."""
    probes = json.load(sys.stdin)
    with ThreadPoolExecutor(max_workers=16) as pool:
        asked = [pool.submit(KINDS[p["kind"]], p["target"], p["host"]) for p in probes]
    print(json.dumps([future.result() for future in asked]))


if __name__ == "__main__":
    main()
