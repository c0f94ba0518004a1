"""The servers that are compared, as command lines for two workers on a unix socket."""

from collections.abc import Callable
from dataclasses import dataclass

WORKERS = 2
THREADS = 4
PATIENCE = 20

GUNICORN = (
    f"gunicorn --workers {WORKERS} --graceful-timeout {PATIENCE} --timeout 10 --keep-alive 75"
    " --no-control-socket --worker-tmp-dir /dev/shm --log-level warning"
)
UVICORN = (
    f"uvicorn --workers {WORKERS} --timeout-graceful-shutdown {PATIENCE} --timeout-keep-alive 75"
    " --no-access-log --log-level warning"
)
GRANIAN = (
    f"granian --workers {WORKERS} --workers-kill-timeout {PATIENCE} --http 1 --no-ws --log-level warning"
    " --respawn-failed-workers"
)


@dataclass(frozen=True)
class Candidate:
    """A server running one of the two interfaces.

    `command` says how it is started, without the socket. `on_path` says how it opens a unix socket itself, and
    `on_descriptor` how it takes over an open one (descriptor 3, as systemd passes it), if it can.
    """

    name: str
    interface: str
    command: str
    on_path: Callable[[str], str]
    on_descriptor: str | None


def _gunicorn(options: str, interface: str, name: str = "gunicorn") -> Candidate:
    # Gunicorn finds descriptor 3 by itself, from LISTEN_FDS and LISTEN_PID.
    return Candidate(name, interface, f"{GUNICORN} {options}", lambda path: f"--bind unix:{path}", "")


def _uvicorn(options: str, interface: str) -> Candidate:
    return Candidate("uvicorn", interface, f"{UVICORN} {options}", lambda path: f"--uds {path}", "--fd 3")


def _granian(options: str, interface: str) -> Candidate:
    return Candidate("granian", interface, f"{GRANIAN} {options}", lambda path: f"--uds {path}", None)


CANDIDATES = (
    _gunicorn(f"-k gthread --threads {THREADS} applications:wsgi", "wsgi"),
    _uvicorn("--interface asgi3 applications:wsgi_as_asgi", "wsgi"),
    _granian(f"--interface wsgi --blocking-threads {THREADS} applications:wsgi", "wsgi"),
    _gunicorn("-k asgi applications:asgi", "asgi"),
    _gunicorn("-k uvicorn_worker.UvicornWorker applications:asgi", "asgi", "gunicorn with uvicorn's worker"),
    _uvicorn("--interface asgi3 applications:asgi", "asgi"),
    _granian("--interface asgi --loop uvloop applications:asgi", "asgi"),
)
