"""A mail server and a webhook on this computer's address in a lab's network: what they take is kept, a line each.

Run as a program, `python -m tests.lab.post_office FOLDER`: the certificate is in FOLDER/door.pem and door.key, what was
taken goes to FOLDER/taken.jsonl.
"""

import email
import email.policy
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.lab.pebble import ADDRESS
from tests.lab.waiting import becomes

HOOK, MAIL = 9998, 2525
USER, PASSWORD = "alerts", "open-sesame-4711"
ENDS_SECONDS = 10.0


@dataclass(frozen=True)
class PostOffice:
    """While it runs: `trusted` is by what the mail server is known, a PEM file."""

    folder: Path

    @property
    def trusted(self) -> Path:
        return self.folder / "door.pem"

    def taken(self, way: str) -> list[dict[str, Any]]:
        """What has come by "mail" or "webhook", in order: {"way", "at", ...}."""
        file = self.folder / "taken.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [item for line in lines if (item := json.loads(line))["way"] == way]

    def told(self, alert: str, status: str = "firing", since: float = 0.0) -> list[dict[str, Any]]:
        """The messages to the webhook, of a moment or later, in which this alert is firing (or resolved)."""
        return [
            message
            for message in self.taken("webhook")
            if message["at"] >= since
            and any(a["labels"]["alertname"] == alert and a["status"] == status for a in message["alerts"])
        ]


@contextmanager
def post_office(lab: str, folder: Path) -> Iterator[PostOffice]:
    """One that runs meanwhile, in the network of a lab that is up; its certificate is in the folder already."""
    words = ("nsenter", f"--net=/run/netns/mainstay-{lab}", sys.executable, "-m", "tests.lab.post_office", str(folder))
    with (folder / "post.log").open("ab") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        becomes("A post office", (folder / "open").exists, bool, within=15)
        yield PostOffice(folder)
    finally:
        process.terminate()
        process.wait(ENDS_SECONDS)


def _keep(folder: Path, way: str, item: dict[str, Any]) -> None:
    with (folder / "taken.jsonl").open("a") as file:
        file.write(json.dumps({"way": way, "at": time.time(), **item}) + "\n")


class _Letters:
    """What the mail server does with a letter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: N802  by its library
        letter = email.message_from_bytes(bytes(envelope.original_content or b""), policy=email.policy.default)
        body = letter.get_body(("plain",))
        text = body.get_content() if body else ""
        _keep(self._folder, "mail", {"to": envelope.rcpt_tos, "subject": str(letter["Subject"]), "text": text})
        return "250 taken"


def _authenticates(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
    is_known = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known)


def _hook(folder: Path) -> type[BaseHTTPRequestHandler]:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            _keep(folder, "webhook", {"path": self.path, "alerts": message["alerts"]})
            self.send_response(200)
            self.end_headers()

    return Hook


def main(folder: Path) -> None:
    """Both, until it is ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "door.pem", folder / "door.key")
    letters = Controller(
        _Letters(folder), hostname=ADDRESS, port=MAIL, tls_context=context, require_starttls=True,
        authenticator=_authenticates, auth_required=True,
        auth_exclude_mechanism=["LOGIN"],  # whose challenge of this library ends in a zero byte that nobody expects
    )  # fmt: skip
    letters.start()
    hook = ThreadingHTTPServer((ADDRESS, HOOK), _hook(folder))
    (folder / "open").touch()
    hook.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
