"""How a component asks for a certificate: by references, which the vault fills in on the way to the machine."""

import re
from collections.abc import Sequence

from mainstay.model.install import Directory, File, Install
from mainstay.model.machine import Machine

FOLDER = "/etc/mainstay/tls"
FILES = (f"{FOLDER}/*/*.pem", "/etc/mysql/mainstay-*.pem")
"""Where certificates lie on a machine, as patterns of paths; MySQL may not read those of the folder."""

AUTHORITY = "${authority}\n"
"""What a file holds by which everybody of the site is known."""

OURS = re.compile(r"(?:\$\{(?:authority|(?:certificate|key):[^}]+)\}\n)+")
"""All that a file holds whose content is of the site's own authority."""


def authority_path(purpose: str) -> str:
    """Where the certificate of the site's authority lies, for what serves this purpose."""
    return f"{FOLDER}/{purpose}/authority.pem"


def identity_path(purpose: str) -> str:
    """Where the machine's own certificate and its key lie: one file, so that they never disagree."""
    return f"{FOLDER}/{purpose}/identity.pem"


def acme_path(purpose: str) -> str:
    """Where the machine's certificate from an ACME authority lies, once there is one, and its key."""
    return f"{FOLDER}/{purpose}/acme.pem"


def is_ours(file: File) -> bool:
    """Whether the file holds what the site's own authority has made, and nothing else: only a renewal changes it."""
    return OURS.fullmatch(file.text) is not None


def ours_in(install: Install) -> tuple[str, ...]:
    """The paths of such files."""
    return tuple(file.path for file in install.files if is_ours(file))


def folder(purpose: str) -> Directory:
    """What the two files below lie in."""
    return Directory(f"{FOLDER}/{purpose}")


def files(purpose: str, machine: Machine, group: str) -> tuple[File, File]:
    """Whom to trust, and who this machine is when it serves this purpose; only `group` reads the key, beside root."""
    return trusted(purpose), issued(purpose, machine, group)


def trusted(purpose: str) -> File:
    """Whom to trust, for what only asks."""
    return File(authority_path(purpose), AUTHORITY)


def trusted_by_user(purpose: str, path: str) -> File:
    """Whom to trust by a file of the project."""
    return File(authority_path(purpose), f"${{file:{path}}}\n", mode="600")


def issued(purpose: str, machine: Machine, group: str = "root", domains: Sequence[str] = ()) -> File:
    """Who this machine is; with `domains`, by these names too, and to visitors only."""
    leaf = f"{purpose}/{machine.name}/{machine.address}" + (f"/{','.join(domains)}" if domains else "")
    identity = f"${{certificate:{leaf}}}\n${{key:{leaf}}}\n"
    mode = "600" if group == "root" else "640"
    return File(identity_path(purpose), identity, group=group, mode=mode)


def brought(purpose: str, certificate: str, key: str) -> File:
    """A certificate with its chain, and its key, that the user has: files of the project, by their paths in it."""
    return File(identity_path(purpose), f"${{file:{certificate}}}\n${{file:{key}}}\n", mode="600")
