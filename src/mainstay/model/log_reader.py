"""Who carries a program's log into the journal, where the program throws away what it cannot write at once.

The journal's own socket has room for some hundred lines, and while the journal is busy with its disk nobody takes them.
So the program writes to a socket of its own, which systemd holds open, and a reader that has nothing else to do takes
each line at once; what it has written waits in the journal's stream, which holds eight megabytes.
"""

from dataclasses import dataclass

from mainstay.model.install import File, Service
from mainstay.model.sandbox import sandbox

UNITS = "/etc/systemd/system"


@dataclass(frozen=True)
class LogReader:
    """name: what the journal calls it by. user: who writes to the socket.

    command: the reader, which takes a datagram at a time from its input, and has a line of each in its output. program:
    the file that it runs, "" for one of the system's own.
    """

    name: str
    user: str
    command: str
    program: str = ""

    @property
    def unit(self) -> str:
        """Without its ending."""
        return f"mainstay-{self.name}-log"

    @property
    def socket(self) -> str:
        """Where the program writes to."""
        return f"/run/{self.unit}"

    @property
    def files(self) -> tuple[File, File]:
        """The two units."""
        return (
            File(f"{UNITS}/{self.unit}.socket", _text(self._socket_lines())),
            File(f"{UNITS}/{self.unit}.service", _text(self._service_lines())),
        )

    @property
    def services(self) -> tuple[Service, Service]:
        """They come before the program that writes."""
        socket, service = self.files
        also = (self.program,) if self.program else ()
        return (
            Service(f"{self.unit}.socket", restart_on=(socket.path,)),
            Service(f"{self.unit}.service", restart_on=(service.path, *also)),
        )

    def _socket_lines(self) -> tuple[str, ...]:
        return (
            "# Written by Mainstay. Held open by systemd: what comes while nobody reads waits here.",
            "[Unit]",
            f"Description=Where {self.name} leaves its log",
            "",
            "[Socket]",
            f"ListenDatagram={self.socket}",
            f"SocketUser={self.user}",
            "SocketMode=0600",
            "",
            "[Install]",
            "WantedBy=sockets.target",
        )

    def _service_lines(self) -> tuple[str, ...]:
        return (
            "# Written by Mainstay.",
            "[Unit]",
            f"Description=Carries the log of {self.name} into the journal",
            f"Requires={self.unit}.socket",
            f"After={self.unit}.socket",
            "StartLimitIntervalSec=0",
            "",
            "[Service]",
            f"ExecStart={self.command}",
            "StandardInput=socket",
            "StandardOutput=journal",
            f"SyslogIdentifier={self.name}",
            "DynamicUser=yes",
            "Restart=always",
            "RestartSec=100ms",
            sandbox(families=("AF_UNIX",)),
            "",
            "[Install]",
            "WantedBy=multi-user.target",
        )


def _text(lines: tuple[str, ...]) -> str:
    return "\n".join(lines) + "\n"
