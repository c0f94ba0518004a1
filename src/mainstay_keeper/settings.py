"""What a keeper is told when it starts: one JSON file, written by Mainstay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mainstay_keeper.policy import Policy, broken_rules

FILE = Path("/etc/mainstay-keeper/settings.json")


@dataclass(frozen=True)
class Settings:
    """site, name: of this machine. members: every database machine's address by its name, this one's included.

    endpoints: of the store, URLs. authority, certificate, key: files for TLS, "" for a store without. password: the
    replication account's. port: of the interface over HTTP. peer_port: of that on which keepers ask each other.
    router: HAProxy's runtime socket here, "" for none.
    """

    site: str
    name: str
    members: Mapping[str, str]
    endpoints: tuple[str, ...]
    port: int
    peer_port: int
    password: str
    authority: str = ""
    certificate: str = ""
    key: str = ""
    router: str = ""
    policy: Policy = field(default_factory=Policy)

    @property
    def address(self) -> str:
        """This machine's own."""
        return self.members[self.name]


def read(file: Path = FILE) -> Settings:
    """The settings.

    Raises:
        OSError: the file cannot be read.
        ValueError, TypeError: it is none, or its times do not fit each other.
    """
    told = json.loads(file.read_text())
    policy = Policy(**told.pop("policy", {}))
    if broken := broken_rules(policy):
        raise ValueError(f"{file}: it must be that " + "; that ".join(broken))
    return Settings(**{**told, "endpoints": tuple(told["endpoints"])}, policy=policy)
