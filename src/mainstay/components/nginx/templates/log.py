#!/usr/bin/env python3
"""Says what Nginx sends by syslog as lines of its own output, which goes into the journal.

Nginx writes one datagram for each line, and a header before it, of which only the severity is kept: the journal notes
the time and the name itself.
"""

import os
import re

MOST_BYTES = 2**16
HEADER = re.compile(rb"<(\d{1,3})>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d nginx: ")
"""Facility and severity in one number, the time, the name."""


def line(datagram: bytes) -> bytes:
    """As the journal takes it from a program: the severity first."""
    header = HEADER.match(datagram)
    severity = b"<%d>" % (int(header[1]) % 8) if header else b""
    return severity + datagram[header.end() if header else 0 :].rstrip(b"\n") + b"\n"


def main() -> None:
    """For ever."""
    while True:
        os.write(1, line(os.read(0, MOST_BYTES)))


if __name__ == "__main__":
    main()
