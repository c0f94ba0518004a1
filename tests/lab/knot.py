"""A DNS server in a lab's network, Debian's Knot, which takes updates (RFC 2136) from whoever has its key (TSIG)."""

import base64
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.pebble import ENDS_SECONDS
from tests.lab.waiting import becomes

PORT = 8054
KEY, ALGORITHM = "certbot", "hmac-sha256"
UNPACKED = Path(sys.executable).parent.parent / "knot"
PROGRAM = shutil.which("knotd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:{UNPACKED}/usr/sbin")
"""Installed, or unpacked by `scripts/setup --dev --lab`."""

CONFIG = """\
server:
  rundir: {folder}
  listen: 0.0.0.0@{port}
database:
  storage: {folder}
log:
  - target: stderr
    any: info
key:
  - id: {key}
    algorithm: {algorithm}
    secret: {secret}
acl:
  - id: {key}
    key: {key}
    action: update
zone:
  - domain: {zone}
    storage: {folder}
    file: zone
    acl: {key}
"""
ZONE = """\
$ORIGIN {zone}.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A {nowhere}
@ A {nowhere}
* A {nowhere}
"""
"""Every name of it leads there."""


@dataclass
class Knot:
    """While it runs: `secret` is the key's, and `log` tells what was asked of it."""

    folder: Path
    secret: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    @property
    def log(self) -> str:
        return (self.folder / "knot.log").read_text()

    def updates(self) -> int:
        """How many it was sent so far, and made: one that it refuses makes certbot fail."""
        return sum(int(count) for count in re.findall(r"DDNS, processing (\d+) updates", self.log))


@contextmanager
def knot(lab: str, folder: Path, zone: str, nowhere: str) -> Iterator[Knot]:
    """One that runs meanwhile, in the network of a lab that is up, and serves a zone."""
    assert PROGRAM
    server = Knot(folder)
    names = {"folder": folder, "port": PORT, "key": KEY, "algorithm": ALGORITHM, "secret": server.secret, "zone": zone}
    (folder / "knot.conf").write_text(CONFIG.format(**names))
    (folder / "zone").write_text(ZONE.format(zone=zone, nowhere=nowhere))
    libraries = ":".join(str(path) for path in UNPACKED.glob("usr/lib/*-linux-*"))
    with (folder / "knot.log").open("wb") as log:
        process = subprocess.Popen(
            ("nsenter", f"--net=/run/netns/mainstay-{lab}", PROGRAM, "--config", str(folder / "knot.conf")),
            env={**os.environ, "LD_LIBRARY_PATH": libraries},
            stdout=log,
            stderr=log,
        )
    try:
        becomes("A server of names", lambda: server.log, lambda told: "server started" in told, within=15)
        yield server
    finally:
        process.terminate()
        process.wait(ENDS_SECONDS)
