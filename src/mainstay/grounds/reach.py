"""How anything of ours talks to a machine: OpenSSH, by the one configuration file that the ground wrote."""

import hashlib
import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError

Answer = TypeVar("Answer")
SSH_FAILED = 255
GENTLY = ("nice", "-n", "10")
"""What begins the command of a program that only looks: it gives way to those that serve."""

LONGEST_SOCKETS_FOLDER = 31
"""What is left of 107 characters for our folder's name, a machine's longest name, and OpenSSH's own suffix."""


def sockets_folder() -> Path:
    """Where OpenSSH keeps the connections it shares; a short path, as a unix socket's is limited to 107 characters."""
    name = f"mainstay-ssh-{os.geteuid()}"
    wished = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    folder = (wished if len(str(wished)) <= LONGEST_SOCKETS_FOLDER else Path("/tmp")) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def sharing(site_folder: Path) -> str:
    """The lines of an OpenSSH configuration by which one connection serves many commands, and a dead one is noticed.

    The connections bear the site's mark: machines of two labs may have one and the same name and address.
    """
    mark = hashlib.sha256(str(site_folder).encode()).hexdigest()[:8]
    return (
        "  LogLevel ERROR\n  ConnectTimeout 5\n  ServerAliveInterval 5\n  ServerAliveCountMax 3\n"
        f"  ControlMaster auto\n  ControlPersist 60\n  ControlPath {sockets_folder()}/{mark}-%n\n"
    )


@dataclass(frozen=True)
class Reach:
    """The way to a site's machines, by their names."""

    ssh_config: Path

    def command(
        self, machine: str, argv: Sequence[str], terminal: bool = False, is_anew: bool = False
    ) -> tuple[str, ...]:
        """The ssh command that runs a program on a machine; without a program, a login shell."""
        options = (*(("-t",) if terminal else ()), *(("-o", "ControlPath=none") if is_anew else ()))
        return ("ssh", "-F", str(self.ssh_config), *options, machine, "--", *(shlex.quote(a) for a in argv))

    def tunnel(self, machine: str, port: int, target: str) -> tuple[str, ...]:
        """The ssh command that carries a port of this computer to `address:port`, as the machine sees it."""
        options = ("-N", "-o", "ControlPath=none", "-o", "ExitOnForwardFailure=yes", "-o", "BatchMode=yes")
        return ("ssh", "-F", str(self.ssh_config), *options, "-L", f"127.0.0.1:{port}:{target}", machine)

    def run(
        self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120, is_anew: bool = False
    ) -> shell.Completed:
        """Run a program on a machine to its end; `is_anew` by a connection of its own, even where one could be shared.

        Raises:
            GroundError: the machine cannot be reached.
        """
        done = shell.run(self.command(machine, argv, is_anew=is_anew), given, seconds)
        if done.status == SSH_FAILED:
            said = (done.errors.strip() or "no answer").splitlines()[-1]
            raise GroundError(f"{machine} cannot be reached: {said}", "`mainstay status` shows which machines answer.")
        return done

    def run_or_fail(self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120) -> str:
        """Run a program that must succeed, and give its output.

        Raises:
            GroundError: the machine cannot be reached, or the program failed.
        """
        done = self.run(machine, argv, given, seconds)
        if not done.is_success:
            said = done.errors.strip() or done.output.strip() or f"exit status {done.status}"
            raise GroundError(f"On {machine}, `{argv[0]}` failed: {said}", f"See `mainstay logs {machine}`.")
        return done.output

    def put(self, machine: str, source: Path, destination: str) -> None:
        """Carry a file of this computer to a machine; it appears there whole, readable by its owner only.

        Raises:
            GroundError: the machine cannot be reached, or has no room.
        """
        half, whole = shlex.quote(destination + ".half"), shlex.quote(destination)
        argv = self.command(machine, ("sh", "-c", f"umask 077 && cat > {half} && mv -T {half} {whole}"))
        done = shell.run_with_file(argv, source)
        if not done.is_success:
            raise GroundError(f"{source.name} could not be carried to {machine}: {done.errors.strip()}")

    def on_each(self, machines: Sequence[str], ask: Callable[[str], Answer]) -> dict[str, Answer]:
        """Ask all machines at once; an error of one is raised after all have answered."""
        with ThreadPoolExecutor(max_workers=max(1, len(machines))) as pool:
            asked = {machine: pool.submit(ask, machine) for machine in machines}
        return {machine: future.result() for machine, future in asked.items()}

    def hang_up(self, machines: Sequence[str]) -> None:
        """End the connections that OpenSSH keeps open to these machines for the next command."""
        for machine in machines:
            shell.run(("ssh", "-F", str(self.ssh_config), "-O", "exit", machine))
