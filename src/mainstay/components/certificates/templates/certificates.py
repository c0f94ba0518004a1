#!/usr/bin/env python3
"""Says until when certificates are good, as figures that node_exporter shows.

    certificates FIGURES PATTERN...

FIGURES is replaced as a whole. It has a line for each file whose path fits a PATTERN: when the first of the
certificates in it ends, or 0 where one cannot be read. Keys that lie beside them go nowhere.
"""

import re
import ssl
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

NAME = "mainstay_certificate_not_after_timestamp_seconds"
HEADING = (f"# HELP {NAME} When the first certificate of a file ends; 0: one cannot be read.", f"# TYPE {NAME} gauge")
CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
UNREADABLE = 0


def first_end(path: Path) -> int:
    """When the first of a file's certificates ends, in seconds since 1970; UNREADABLE: there is none, or a bad one."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return UNREADABLE
    return min((end(found) for found in CERTIFICATE.findall(text)), default=UNREADABLE)


def end(certificate: str) -> int:
    """When a certificate (PEM) ends, in seconds since 1970, or UNREADABLE."""
    asked = ("openssl", "x509", "-noout", "-enddate")
    said = subprocess.run(asked, input=certificate, capture_output=True, text=True, check=False)
    if said.returncode != 0:
        return UNREADABLE
    return ssl.cert_time_to_seconds(said.stdout.strip().removeprefix("notAfter="))


def replace(path: Path, lines: Iterable[str]) -> None:
    """Nobody reads half a file: node_exporter reads what ends in `.prom`, and this does so when it is whole."""
    half = path.with_suffix(".half")
    half.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    half.chmod(0o644)
    half.replace(path)


def main() -> None:
    """Look at all of them."""
    figures, *patterns = sys.argv[1:]
    paths = sorted({path for pattern in patterns for path in Path("/").glob(pattern.removeprefix("/"))})
    replace(Path(figures), (*HEADING, *(f'{NAME}{{path="{path}"}} {first_end(path)}' for path in paths)))


if __name__ == "__main__":
    main()
