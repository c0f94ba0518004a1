"""Runs on a machine, with its own Python and nothing else: answers probes.

Reads from standard input a JSON list of {"kind", "target", "host"}; prints a JSON list of "" (well) or why not.
One kind is no probe: `first-end` is answered with a time.
"""

import http.client
import json
import re
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 3
CERTIFICATES = "/etc/mainstay/tls"
LEFT_DAYS = 14
"""A certificate that nobody has renewed by then is a matter for a person."""

CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
VALIDITY = re.compile(rb"\x30\x1e\x17\x0d\d{12}Z\x17\x0d(\d{12})Z|\x30[\x20\x22].{15,17}\x18\x0f(\d{14})Z", re.DOTALL)
"""From when until when, as a certificate has it (RFC 5280, 4.1.2.5): with two digits of the year until 2049."""


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


def by_http(target: str, host: str) -> str:
    """A URL, `unix:SOCKET:/PATH` or `tls:PURPOSE:URL` must answer with a status below 400, without a redirection."""
    if target.startswith("unix:"):
        _, path, asked = target.split(":", 2)
        return answer(UnixConnection(path), asked, host or "localhost", f"{asked} on {path}")
    _, purpose, target = target.split(":", 2) if target.startswith("tls:") else ("", "", target)
    url = urlsplit(target)
    connection = opened(url.hostname or "", url.port, purpose)
    return answer(connection, f"{url.path or '/'}?{url.query}".rstrip("?"), host or url.netloc, target)


def opened(host: str, port: int | None, purpose: str) -> http.client.HTTPConnection:
    """A connection that is about to be made; with a purpose by TLS, and this machine's certificate for it is shown."""
    if not purpose:
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    context = ssl.create_default_context(cafile=f"{CERTIFICATES}/{purpose}/authority.pem")
    context.load_cert_chain(f"{CERTIFICATES}/{purpose}/identity.pem")
    return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)


def answer(connection: http.client.HTTPConnection, asked: str, host: str, target: str) -> str:
    """What is wrong with the answer to one GET; "" if nothing is."""
    try:
        connection.request("GET", asked, headers={"Host": host})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{target} does not answer: {str(error).strip() or type(error).__name__}"
    finally:
        connection.close()
    return "" if status < 400 else f"{target} answers {status}"


def certificate(target: str, _host: str) -> str:
    """A file must hold a certificate that is good for two more weeks."""
    asked = ("openssl", "x509", "-in", target, "-noout", "-enddate", "-checkend", str(LEFT_DAYS * 24 * 3600))
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return ""
    _, parting, end = said.stdout.partition("notAfter=")
    return f"the certificate ends on {end.splitlines()[0]}" if parting else f"there is no certificate yet at {target}"


def first_end(target: str, _host: str) -> str:
    """When the first of all certificates in these files ends, in ISO 8601; "" if there are none."""
    return min((end for path in target.split() for end in ends(Path(path))), default="")


def ends(path: Path) -> list[str]:
    """When each certificate of a file (PEM) ends. No program is started for that: they are many, and asked often."""
    try:
        pems = CERTIFICATE.findall(path.read_text(encoding="ascii", errors="replace"))
        found = [VALIDITY.search(ssl.PEM_cert_to_DER_cert(pem)) for pem in pems]
    except (OSError, ValueError):
        return []  # that a file is not as it should be is not asked here
    times = (f"20{said[1].decode()}" if said[1] else said[2].decode() for said in found if said)
    return [datetime.strptime(end, "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat() for end in times]


KINDS = {
    "unit": unit,
    "tcp": tcp,
    "greeting": greeting,
    "http": by_http,
    "certificate": certificate,
    "first-end": first_end,
}


def main() -> None:
    """All probes at once."""
    probes = json.load(sys.stdin)
    with ThreadPoolExecutor(max_workers=16) as pool:
        asked = [pool.submit(KINDS[p["kind"]], p["target"], p["host"]) for p in probes]
    print(json.dumps([future.result() for future in asked]))


if __name__ == "__main__":
    main()
