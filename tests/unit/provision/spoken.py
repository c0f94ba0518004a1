"""Steps as plain data, and the shell's part of them run for real in a folder."""

import io
import subprocess
from pathlib import Path
from typing import Any

from pyinfra.operations import server

from mainstay.model.change import Subject
from mainstay.provision.steps import steps


def spoken(subject: Subject) -> list[tuple[str, dict[str, Any]]]:
    """Each step of a change: the name of the operation, and its arguments with the text of what is put."""
    return [
        (f"{step.operation.__module__.rpartition('.')[2]}.{step.operation.__name__}", _plain(dict(step.arguments)))
        for step in steps(subject)
    ]


def commands(subject: Subject) -> list[str]:
    """The shell commands of a change."""
    shell = [step.arguments["commands"] for step in steps(subject) if step.operation is server.shell]
    return [command for listed in shell for command in listed]


def run(command: str, folder: Path, own: str = "/var/lib/mainstay") -> subprocess.CompletedProcess[str]:
    """Run a command by the shell, with a folder for Mainstay's own, and programs of that folder first."""
    path = f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"
    script = command.replace(own, str(folder))
    return subprocess.run(
        ("sh", "-c", script), cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False
    )


def program(folder: Path, name: str, text: str) -> None:
    """Put a program where `run` finds it before the computer's own."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    source = arguments.get("src")
    return {**arguments, "src": source.getvalue()} if isinstance(source, io.StringIO) else arguments
