"""A site in a lab of its own, used as a user would: by the program `mainstay`, its file, and requests."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders import plain
from tests.lab import computer, load
from tests.lab.claim import claimed
from tests.lab.running import Running
from tests.lab.waiting import PATIENCE, becomes

CHECKOUT = Path(__file__).parent.parent.parent
GUESTBOOK = CHECKOUT / "examples" / "guestbook"
PROGRAM = str(Path(sys.executable).parent / "mainstay")
VERB_SECONDS = 120.0
# An `up` may be the one for which the image is built.
UP_SECONDS = 800.0


@dataclass(frozen=True)
class Finished:
    """How a verb ended: its exit status, what it printed (and told of its progress), and the seconds it took."""

    status: int
    output: str
    errors: str
    seconds: float


@dataclass(frozen=True)
class LabSite:
    """The guestbook, or another application, in a project folder of its own, with a lab named `name`.

    `runtime` holds the sockets of SSH, whose paths must be short.
    """

    name: str
    port: int
    project: Path
    state: Path
    runtime: Path

    @property
    def file(self) -> Path:
        return self.project / "mainstay.yaml"

    @property
    def kept(self) -> Path:
        """What Mainstay keeps beside the file."""
        return self.project / ".mainstay" / self.name

    # The user at the keyboard.

    def environment(self) -> dict[str, str]:
        """The user's own, but for where labs and sockets are kept; the cache, which has the image, is the user's."""
        own = {"XDG_STATE_HOME": str(self.state), "XDG_RUNTIME_DIR": str(self.runtime), "NO_COLOR": "1"}
        return {**os.environ, **own}

    def tries(self, *words: str, seconds: float = VERB_SECONDS, given: str = "") -> Finished:
        """Run `mainstay` with these words to its end, whatever comes of it; `given` is its standard input."""
        begun = time.monotonic()
        done = subprocess.run(
            (PROGRAM, *words), cwd=self.project, env=self.environment(), capture_output=True, text=True,
            timeout=seconds * PATIENCE, check=False, input=given,
        )  # fmt: skip
        return Finished(done.returncode, done.stdout, done.stderr, time.monotonic() - begun)

    def does(self, *words: str, seconds: float = VERB_SECONDS, given: str = "") -> str:
        """Run `mainstay` with these words, which must succeed; give its output."""
        done = self.tries(*words, seconds=seconds, given=given)
        assert done.status == 0, f"mainstay {' '.join(words)}: exit status {done.status}\n{done.output}{done.errors}"
        return done.output

    def up(self) -> dict[str, int]:
        """Bring it up; give the number of changes by machine."""
        changes: dict[str, int] = json.loads(self.does("up", "-o", "json", seconds=UP_SECONDS))["changes"]
        return changes

    def plan(self) -> dict[str, list[str]]:
        """What `up` would do, in the order in which it would, by machine."""
        told = json.loads(self.does("plan", "-o", "json"))
        return {machine: [step["change"] for step in steps] for machine, steps in told.items()}

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.tries("status", "-o", "json").output)
        return told

    def runs(self, machine: str, *words: str) -> str:
        """Run a command on a machine, which must succeed; give its output."""
        return self.does("exec", "-m", machine, "--", *words)

    def tries_on(self, machine: str, *words: str) -> Finished:
        return self.tries("exec", "-m", machine, "--", *words)

    def tries_as_app(self, machine: str, program: str) -> Finished:
        """Run a Python program on a machine as the application would."""
        return self.tries("exec", "--app", "-m", machine, "--", "python3", "-c", program)

    def sql(self, machine: str, statement: str) -> str:
        """Ask the machine's MySQL as its local administrator; rows as lines, columns parted by tabs."""
        return self.runs(machine, "mysql", "--batch", "--skip-column-names", "-e", statement).strip()

    def change(self, old: str, new: str) -> None:
        """Edit the file: `old`, which stands there once, becomes `new`."""
        text = self.file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in\n{text}"
        self.file.write_text(text.replace(old, new))

    def starts(self, *words: str) -> Running:
        """Run `mainstay` with these words, and do not wait."""
        process = subprocess.Popen(
            # What a shell starts in the background ignores Ctrl-C, and so would all that it starts.
            ("env", "--default-signal=INT", PROGRAM, *words),
            cwd=self.project,
            env=self.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return Running(process)

    # The hand at the plug.

    def power_off(self, machine: str) -> float:
        """Pull the plug; give the moment (time.monotonic) at which the machine was dead."""
        init = computer.inits_of(self.name)[machine]
        off = self.starts("lab", "power", "off", machine)
        died = computer.wait_for_end(init, 20 * PATIENCE)
        assert off.ends() == 0, off.told
        return died

    def power_on(self, machine: str) -> None:
        self.does("lab", "power", "on", machine)

    # The visitors.

    @property
    def authority(self) -> Path | None:
        """Whom they trust; None where the site is served in the clear."""
        file = self.kept / "authority.pem"
        return file if file.exists() else None

    def get(self, path: str, **how: Any) -> load.Answer:
        return load.visit(self.port, path, trusts=self.authority, **how)

    def post(self, path: str, form: Mapping[str, str], **how: Any) -> load.Answer:
        return load.visit(self.port, path, method="POST", form=form, trusts=self.authority, **how)

    def whoami(self) -> dict[str, str | None]:
        """What the application says of who answers and which databases stand behind it; {} if it does not."""
        answer = self.get("/whoami")
        told: dict[str, str | None] = answer.json() if answer.status == 200 else {}
        return told

    def servers(self, requests: int) -> list[str]:
        """The servers that answer so many requests to /whoami, one after the other, each on its own connection."""
        return [self.get("/whoami").server for _ in range(requests)]

    def load(self, path: str, per_second: float = 50) -> load.Load:
        """A steady load, while a `with` block lasts."""
        return load.Load(lambda: self.get(path, seconds=5), per_second)

    # What may be waited for.

    def takes_turns(self, *servers: str, within: float) -> None:
        """Wait until exactly these servers answer, in strict turns."""

        def is_so(seen: list[str]) -> bool:
            return set(seen) == set(servers) and load.turns(seen)

        becomes(f"Turns of {', '.join(servers)}", lambda: self.servers(4 * len(servers)), is_so, within)

    def reads_from(self, machine: str, within: float) -> None:
        """Wait until every server's application reads from this machine's database."""

        def ask() -> set[str | None]:
            return {self.whoami().get("read_host") for _ in range(6)}

        becomes(f"Reads from {machine}", ask, lambda seen: seen == {machine}, within)

    def shows(self, path: str, within: float) -> None:
        """Wait until the site answers this path well."""
        becomes(f"Showing of {path}", lambda: self.get(path).status, lambda status: status == 200, within)

    def is_healthy(self, within: float) -> dict[str, Any]:
        return becomes("Healthy", self.status, lambda told: bool(told["healthy"]), within)


@contextmanager
def lab_site(name: str, port: int, blueprint: str = "distributed", *, is_plain: bool = False) -> Iterator[LabSite]:
    """A copy of the guestbook with the file of a blueprint, not yet up; afterwards its lab is gone without a trace.

    Plain, it has no HTTPS, firewall or monitoring: what is tested is something else.

    The lab's name begins with `mst-`, is used by one file or folder of tests, and by one run of the tests at a time: so
    what is there under it was left by a run that was killed, and is cleared away first.
    """
    assert name.startswith("mst-"), name
    with claimed(name):
        computer.lose_power(name)
        site = _project(name, port, blueprint)
        if is_plain:
            site.file.write_text(plain(site.file.read_text()))
        try:
            yield site
        finally:
            done = site.tries("down", "--destroy", "-y")
            left = [*computer.remains_of(name), *computer.tree(site.state), *computer.tree(site.runtime)]
            kept = site.kept.parent.exists()
            computer.lose_power(name)
            for folder in (site.project, site.state, site.runtime):
                shutil.rmtree(folder)
            site.project.parent.rmdir()
    assert (done.status, left, kept) == (0, [], False), done


def _project(name: str, port: int, blueprint: str) -> LabSite:
    """The project's folder and the lab's, new ones; the file with the lab's own name and port."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    site = LabSite(name, port, folder / "project", folder / "state", Path(tempfile.mkdtemp(prefix="mst-")))
    site.state.mkdir()
    shutil.copytree(GUESTBOOK, site.project, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    site.does("init", "--blueprint", blueprint)
    site.change("name: shop ", f"name: {name} ")
    site.file.write_text(f"{site.file.read_text()}\nlab: {{port: {port}}}\n")
    return site
