"""The program that answers probes, run as on a machine: by a bare Python that is given its text."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from mainstay.vault.authority import AUTHORITY_LIFETIME, LEAF_LIFETIME, Leaf, found_authority, issue

PROGRAM = resources.files("mainstay.health").joinpath("remote", "probe.py").read_text()
FAKE_SYSTEMCTL = """\
#!/bin/sh
[ "$1" = is-active ] || exit 9
case "$2" in good.service) echo active ;; bad.service) echo failed; exit 3 ;; esac
"""
SPEAKS = {
    b"/well": b"HTTP/1.1 204 No Content\r\n\r\n",
    b"/moved": b"HTTP/1.1 302 Found\r\nLocation: http://shop.test/login\r\n\r\n",
    b"/gone": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    b"/ill?because=of": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    b"/babble": b"what was that?\r\n",
    b"/silence": b"",
}


def probe(folder: Path, *probes: tuple[str, str, str]) -> list[str]:
    """What the program answers to probes (kind, target, host)."""
    order = json.dumps([{"name": "n", "kind": kind, "target": target, "host": host} for kind, target, host in probes])
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "http_proxy": "http://127.0.0.1:1"}
    done = subprocess.run(
        (sys.executable, "-I", "-c", PROGRAM), input=order, capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers: list[str] = json.loads(done.stdout)
    return answers


def serve(listener: socket.socket, heard: list[bytes]) -> None:
    """Answer by the path that is asked for, until somebody comes and says nothing."""
    while True:
        connection, _ = listener.accept()
        with connection:
            asked = connection.recv(4096)
            if not asked:
                return
            heard.append(asked)
            connection.sendall(SPEAKS[asked.split()[1]])


@contextmanager
def serving(listener: socket.socket, heard: list[bytes]) -> Iterator[None]:
    """While the block runs, a server answers."""
    with listener:
        server = threading.Thread(target=serve, args=(listener, heard))
        server.start()
        yield
        with socket.socket(listener.family) as last:
            last.connect(listener.getsockname())
        server.join()


@pytest.fixture
def heard() -> list[bytes]:
    """The requests that a server has received."""
    return []


@pytest.fixture
def port(heard: list[bytes]) -> Iterator[int]:
    """The port of a server of this computer."""
    listener = socket.create_server(("127.0.0.1", 0))
    with serving(listener, heard):
        yield listener.getsockname()[1]


@pytest.fixture
def path(tmp_path: Path, heard: list[bytes]) -> Iterator[Path]:
    """The unix socket of a server."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "app.sock"))
    listener.listen()
    with serving(listener, heard):
        yield tmp_path / "app.sock"


@pytest.mark.parametrize(
    ("asked", "trouble"),
    [
        ("/well", ""),
        ("/moved", ""),
        ("/gone", " answers 404"),
        ("/ill?because=of", " answers 503"),
        ("/babble", " does not answer: what was that?"),
        ("/silence", " does not answer: Remote end closed connection without response"),
    ],
)
def test_a_status_below_400_is_well(tmp_path: Path, port: int, asked: str, trouble: str) -> None:
    url = f"http://127.0.0.1:{port}{asked}"
    assert probe(tmp_path, ("http", url, "shop.test")) == [trouble and url + trouble]


@pytest.mark.parametrize(
    ("asked", "trouble"),
    [("/well", ""), ("/moved", ""), ("/gone", " answers 404"), ("/babble", " does not answer: what was that?")],
)
def test_an_application_is_asked_at_its_socket(tmp_path: Path, path: Path, asked: str, trouble: str) -> None:
    assert probe(tmp_path, ("http", f"unix:{path}:{asked}", "")) == [trouble and f"{asked} on {path}{trouble}"]


def test_the_host_that_is_asked_for_is_the_sites(tmp_path: Path, port: int, heard: list[bytes]) -> None:
    url = f"http://127.0.0.1:{port}/well"
    assert probe(tmp_path, ("http", url, "shop.test")) + probe(tmp_path, ("http", url, "")) == ["", ""]
    hosts = [[line for line in request.splitlines() if line.startswith(b"Host:")] for request in heard]
    assert hosts == [[b"Host: shop.test"], [f"Host: 127.0.0.1:{port}".encode()]]


def test_nobody_is_said_to_be_there_when_nobody_is(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{deaf.getsockname()[1]}"
        refused = "[Errno 111] Connection refused"
        asked = (("tcp", place, ""), ("greeting", place, ""), ("http", f"http://{place}/", ""))
        assert probe(tmp_path, *asked, ("http", f"unix:{tmp_path}/none:/up", "")) == [
            f"nothing answers at {place}: {refused}",
            f"nobody is behind {place}: {refused}",
            f"http://{place}/ does not answer: {refused}",
            f"/up on {tmp_path}/none does not answer: [Errno 2] No such file or directory",
        ]


def test_a_port_that_takes_connections_is_enough_for_tcp(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert probe(tmp_path, ("tcp", f"127.0.0.1:{listener.getsockname()[1]}", "")) == [""]


@pytest.mark.parametrize(("says", "trouble"), [(b"5.5.5-10", ""), (b"", "nobody is behind ")])
def test_a_greeting_is_waited_for(tmp_path: Path, says: bytes, trouble: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        greeter = threading.Thread(target=greet, args=(listener, says))
        greeter.start()
        assert probe(tmp_path, ("greeting", place, "")) == [trouble and trouble + place]
        greeter.join()


def test_a_unit_must_be_active(tmp_path: Path) -> None:
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(FAKE_SYSTEMCTL)
    systemctl.chmod(0o755)
    assert probe(tmp_path, *[("unit", f"{name}.service", "") for name in ("good", "bad", "unheard-of")]) == [
        "",
        "bad.service is failed",
        "unheard-of.service is unknown",
    ]


def test_nothing_asked_is_nothing_said(tmp_path: Path) -> None:
    assert probe(tmp_path) == []


def greet(listener: socket.socket, says: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(says)


@pytest.mark.parametrize(
    ("days", "trouble"), [(365, ""), (15, ""), (13, "the certificate ends on "), (-1, "the certificate ends on ")]
)
def test_a_certificate_is_to_be_renewed_in_time(tmp_path: Path, days: int, trouble: str) -> None:
    file = tmp_path / "acme.pem"
    now = datetime.now(UTC)
    begun = now - LEAF_LIFETIME + timedelta(days=days)
    leaf = Leaf("edge", "lb-01", "10.77.0.1")
    file.write_text(issue(found_authority(now), leaf, begun).certificate)
    (said,) = probe(tmp_path, ("certificate", str(file), ""))
    assert said.startswith(trouble)
    assert bool(said) == bool(trouble)


@pytest.mark.parametrize("content", ["", "no certificate"])
def test_a_file_without_a_certificate_is_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "acme.pem"
    assert probe(tmp_path, ("certificate", str(file), "")) == [f"there is no certificate yet at {file}"]
    file.write_text(content)
    assert probe(tmp_path, ("certificate", str(file), "")) == [f"there is no certificate yet at {file}"]


def test_of_all_certificates_the_first_end_is_told(tmp_path: Path) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    authority, leaf = found_authority(begin), Leaf("edge", "lb-01", "10.77.0.1")
    later, sooner = (issue(authority, leaf, begin + timedelta(days=days)) for days in (3, 1))
    (tmp_path / "one.pem").write_text(f"{authority.certificate}\n")
    (tmp_path / "two.pem").write_text(f"{later.certificate}\n{later.key}\n{sooner.certificate}\n")
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nMI\n-----END CERTIFICATE-----\n")
    files = " ".join(str(tmp_path / name) for name in ("one.pem", "two.pem", "gone.pem", "bad.pem"))
    first = (begin + timedelta(days=1) + LEAF_LIFETIME).isoformat()
    assert probe(tmp_path, ("first-end", files, ""), ("first-end", f"{tmp_path}/gone.pem", "")) == [first, ""]


@pytest.mark.parametrize("year", [2026, 2045, 2049, 2060])
def test_an_end_is_told_however_a_certificate_writes_it(tmp_path: Path, year: int) -> None:
    begin = datetime(year, 6, 1, 12, 30, 15, tzinfo=UTC)
    (tmp_path / "one.pem").write_text(found_authority(begin).certificate)
    (told,) = probe(tmp_path, ("first-end", str(tmp_path / "one.pem"), ""))
    assert told == (begin + AUTHORITY_LIFETIME).isoformat()
