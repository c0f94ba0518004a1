"""How anything of ours talks to a machine: OpenSSH, by the one configuration file that the ground wrote."""

import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError

Answer = TypeVar("Answer")
SSH_FAILED = 255


@dataclass(frozen=True)
class Reach:
    """The way to a site's machines, by their names."""

    ssh_config: Path

    def command(self, machine: str, argv: Sequence[str], terminal: bool = False) -> tuple[str, ...]:
        """The ssh command that runs a program on a machine; without a program, a login shell."""
        options = ("-t",) if terminal else ()
        return ("ssh", "-F", str(self.ssh_config), *options, machine, "--", *(shlex.quote(a) for a in argv))

    def run(self, machine: str, argv: Sequence[str], given: str = "", seconds: float = 120) -> shell.Completed:
        """Run a program on a machine to its end.

        Raises:
            GroundError: the machine cannot be reached.
        """
        done = shell.run(self.command(machine, argv), given, seconds)
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

    def on_each(self, machines: Sequence[str], ask: Callable[[str], Answer]) -> dict[str, Answer]:
        """Ask all machines at once; an error of one is raised after all have answered."""
        with ThreadPoolExecutor(max_workers=max(1, len(machines))) as pool:
            asked = {machine: pool.submit(ask, machine) for machine in machines}
        return {machine: future.result() for machine, future in asked.items()}

    def hang_up(self, machines: Sequence[str]) -> None:
        """End the connections that OpenSSH keeps open to these machines for the next command."""
        for machine in machines:
            shell.run(("ssh", "-F", str(self.ssh_config), "-O", "exit", machine))
