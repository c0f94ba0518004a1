"""Steps as plain data, and the shell's part of them run for real in a folder."""

import subprocess
from pathlib import Path
from typing import Any

from pyinfra.operations import server

from mainstay.model.change import Subject
from mainstay.provision.steps import steps


def spoken(subject: Subject) -> list[tuple[str, dict[str, Any]]]:
    """Each step of a change: the name of the operation, and its arguments."""
    return [
        (f"{step.operation.__module__.rpartition('.')[2]}.{step.operation.__name__}", dict(step.arguments))
        for step in steps(subject)
    ]


def commands(subject: Subject) -> list[str]:
    """The shell commands of a change."""
    shell = [step.arguments["commands"] for step in steps(subject) if step.operation is server.shell]
    return [command for listed in shell for command in listed]


def run(
    command: str, folder: Path, own: str = "/var/lib/mainstay", given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command by the shell, with a folder for Mainstay's own, and programs of that folder first.

    `given` is its standard input; that all of it was read is seen to.
    """
    path = f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"
    script = command.replace(own, str(folder))
    with subprocess.Popen(
        ("sh", "-c", script), cwd=folder, env={"PATH": path}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin
        process.stdin.write(given)
        process.stdin.flush()
        output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def program(folder: Path, name: str, text: str) -> None:
    """Put a program where `run` finds it before the computer's own."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
