"""What runs `secret renew` by itself: units of systemd for the user who holds the project and its secrets."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstay.operations.site import Site
from mainstay.vault.seal import IDENTITY

SERVICE = """\
# Written by `mainstay secret renew --timer`.
[Unit]
Description=Renews certificates of {name}
StartLimitIntervalSec=1d
StartLimitBurst=4

[Service]
Type=oneshot
WorkingDirectory={folder}
{environment}ExecStart={command}
# A laptop that has just been opened may have no network yet.
Restart=on-failure
RestartSec=15min
"""

TIMER = """\
# Written by `mainstay secret renew --timer`.
[Unit]
Description=Renews certificates of {name}

[Timer]
OnCalendar=weekly
RandomizedDelaySec=12h
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True)
class Timer:
    """The two units: their common name without a suffix, the folder they go to, and what each holds."""

    name: str
    folder: Path
    service: str
    timer: str

    @property
    def files(self) -> Mapping[Path, str]:
        """What each file holds, by its path."""
        return {
            self.folder / f"{self.name}.service": self.service,
            self.folder / f"{self.name}.timer": self.timer,
        }

    @property
    def commands(self) -> tuple[str, str]:
        """What switches it on, and what lets it run while the user is not logged in."""
        return f"systemctl --user enable --now {self.name}.timer", "loginctl enable-linger"

    @property
    def is_there(self) -> bool:
        """Whether the user has put it there already. One of another computer is not seen."""
        return (self.folder / f"{self.name}.timer").exists()


def timer_for(site: Site, file: Path, environment: str | None) -> Timer:
    """The units for this project, read from this file, with this overlay."""
    of = f"{site.spec.name}-{environment}" if environment else site.spec.name
    chosen = ("--env", environment) if environment else ()
    command = (*program(), "secret", "renew", "--yes", "--quiet", "--file", str(file.resolve()), *chosen)
    identity = os.environ.get(IDENTITY)
    told = f"Environment={quoted(f'{IDENTITY}={Path(identity).resolve()}')}\n" if identity else ""
    folder = str(site.project).replace("%", "%%")
    service = SERVICE.format(name=of, folder=folder, environment=told, command=_line(command))
    return Timer(f"mainstay-renew-{of}", _units(), service, TIMER.format(name=of))


def program() -> tuple[str, ...]:
    """How this Mainstay is started, from anywhere: the program beside its Python, or that Python itself."""
    beside = Path(sys.executable).with_name("mainstay")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "mainstay.cli.main")


def quoted(word: str) -> str:
    """A word as systemd reads it in a unit: within quotes, and with nothing that it would replace."""
    within = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return word if within == word and word and not {*word} & {*" '\t;"} else f'"{within}"'


def _line(words: Sequence[str]) -> str:
    """A command; `$` begins a variable everywhere but in the program's own path."""
    first, *others = words
    return " ".join((quoted(first), *(quoted(word).replace("$", "$$") for word in others)))


def _units() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "systemd" / "user"
