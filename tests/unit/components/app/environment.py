"""Systemd's reading of an EnvironmentFile, as src/basic/env-file.c has it, for values in double quotes."""

import re

ASSIGNMENT = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"\n')
ESCAPED = re.compile(r'\\(["\\`$])')
"""Within double quotes a backslash means something before these only; nothing is expanded."""


def understood(text: str) -> dict[str, str]:
    """The variables of a file that holds nothing else."""
    found = {match[1]: ESCAPED.sub(r"\1", match[2]) for match in ASSIGNMENT.finditer(text)}
    assert ASSIGNMENT.sub("", text) == ""
    return found
