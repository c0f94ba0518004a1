"""Servers: keeps the ground's contract with machines that exist. It never makes, stops or destroys one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.reach import Reach, sharing
from mainstay.model.machine import Machine


class Login(Protocol):
    """How one server is logged in to."""

    @property
    def user(self) -> str:
        """The remote user, who must be root."""

    @property
    def port(self) -> int:
        """The SSH port."""

    @property
    def key(self) -> str | None:
        """The private key's file; None leaves it to OpenSSH."""


@dataclass(frozen=True)
class Servers:
    """The servers of one site, which visitors open at `url`."""

    folder: Path
    logins: Mapping[str, Login]
    url: str
    machines: tuple[Machine, ...]
    kind: str = field(default="servers", init=False)

    def members(self) -> dict[str, bool]:
        """All that the file names: whether a server answers is found out by asking it."""
        return {machine.name: True for machine in self.machines}

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """Afterwards every server has answered.

        Raises:
            GroundError: one does not answer, or its login is not root's.
        """
        reach = self.reach()
        who = reach.on_each([m.name for m in machines], lambda name: reach.run_or_fail(name, ("id", "-u")).strip())
        for name, number in who.items():
            if number != "0":
                raise GroundError(
                    f"On {name} the user {self.logins[name].user} is not root.", f"Set `machines: {name}: ssh: user`."
                )
            report(name, "answers")

    def reach(self) -> Reach:
        """The way to the servers; the configuration is written anew, so that it always says what the file says."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "ssh_config"
        fresh = path.with_name("ssh_config.new")
        fresh.write_text(self._common() + "".join(self._host(machine) for machine in self.machines))
        fresh.replace(path)
        return Reach(path)

    def endpoints(self) -> tuple[str, ...]:
        """The site's own name."""
        return (self.url,)

    def power_off(self, machine: str) -> None:
        """Never: what cannot be undone from here is not done."""
        raise GroundError(f"{machine} is a server: Mainstay does not switch servers off.")

    def power_on(self, machine: str) -> None:
        """Never: Mainstay has no hand on a server's switch."""
        raise GroundError(f"{machine} is a server: Mainstay cannot switch servers on.")

    def stop(self, report: Report) -> None:
        """Never."""
        raise GroundError("Servers are not switched off.", "`mainstay down` stops what Mainstay runs on them.")

    def dismiss(self, names: Sequence[str]) -> None:
        """Nothing: servers that the file no longer names are left as they are."""

    def _common(self) -> str:
        return (
            "# Written by Mainstay. A server's key is pinned when it is first met.\n"
            f"Host *\n  UserKnownHostsFile {self.folder / 'known_hosts'}\n  StrictHostKeyChecking accept-new\n"
            f"  BatchMode yes\n{sharing(self.folder)}"
        )

    def _host(self, machine: Machine) -> str:
        login = self.logins[machine.name]
        key = f"  IdentityFile {login.key}\n" if login.key else ""
        return (
            f"\nHost {machine.name}\n  HostName {machine.address}\n  HostKeyAlias {machine.name}\n"
            f"  Port {login.port}\n  User {login.user}\n{key}"
        )
