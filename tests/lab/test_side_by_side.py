"""The smallest site, what else it can run, a second lab beside it, and what is left when a lab is destroyed.

The lab `mst-simple` lasts for the file and changes what it runs from test to test; the lab `mst-other` comes and goes.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import computer
from tests.lab.site import LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-simple", "mst-other", "mst-leaving")

# Any program that listens on $PORT: here the standard library is all it needs.
PROGRAM = """
import http.server, json, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        told = {name.lower(): os.environ[name] for name in ("MAINSTAY_SERVER", "GREETING")}
        body = json.dumps({"path": self.path, **told})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

# The bare protocol, with its lifespan: an application of any ASGI framework looks like this from outside.
ASGI = """
import json, os

started = []

async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                started.append(True)
                await send({"type": "lifespan.startup.complete"})
            else:
                await send({"type": "lifespan.shutdown.complete"})
                return
    body = json.dumps({"path": scope["path"], "started": bool(started), "release": os.environ["MAINSTAY_RELEASE"]})
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body.encode()})
"""

# The smallest file: no database, no files of its own.
FILE = """
name: {name}
domain: other.test
machines:
  srv-01: {{ runs: [balancer, web, app] }}
app:
  source: ./other
  {kind}: {what}
  env: {{ GREETING: "good day" }}
https: off
firewall: off
monitoring: off
lab: {{ port: {port} }}
"""


def runs_only(site: LabSite, kind: str, what: str, source: str) -> None:
    """Make the project one file of Python, and the file that runs it."""
    (site.project / "other").mkdir(exist_ok=True)
    (site.project / "other" / "program.py").write_text(source)
    site.file.write_text(FILE.format(name=site.name, port=site.port, kind=kind, what=what))


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    with lab_site("mst-simple", port=18150, blueprint="simple") as site:
        site.up()
        yield site


def test_the_simple_blueprint_serves_from_one_machine(site: LabSite) -> None:
    assert site.is_healthy(within=10)["database"] == {"primary": "srv-01", "replicas": {}}
    told = site.whoami()
    assert (told["server"], told["write_host"], told["read_host"]) == ("srv-01", "srv-01", "srv-01")
    written = site.post("/entries", {"author": "Ada", "message": "All in one"})
    assert written.status == 201
    site.shows(f"/entries/{written.json()['id']}", within=1)
    assert site.get("/static/style.css").status == 200
    assert site.does("up").startswith("Nothing to do")


def test_two_labs_with_the_same_addresses_do_not_see_each_other(site: LabSite) -> None:
    with lab_site("mst-other", port=18160, blueprint="simple") as other:
        runs_only(other, "run", "exec python3 program.py", PROGRAM)
        other.up()
        addresses = {lab.name: lab.status()["machines"]["srv-01"]["address"] for lab in (site, other)}
        assert addresses["mst-simple"] == addresses["mst-other"]
        assert "guestbook" in site.get("/").text.lower()
        assert other.get("/").json()["greeting"] == "good day"
        assert site.runs("srv-01", "pgrep", "--count", "mysqld").strip() == "1"
        assert other.tries_on("srv-01", "pgrep", "--count", "mysqld").output.strip() == "0"
        both = json.loads(site.does("lab", "list", "-o", "json"))
        assert [lab["name"] for lab in both] == ["mst-simple"]  # each project of these tests has a state of its own
        nobody_is_disturbed_by_the_other(site, other)
    assert site.get("/").status == 200


def nobody_is_disturbed_by_the_other(site: LabSite, other: LabSite) -> None:
    """Neither by a signal to its services, nor by the loss of its machine, nor by its end."""
    with site.load("/", per_second=20) as load:
        other.runs("srv-01", "systemctl", "kill", "--signal=SIGKILL", "nginx", "haproxy")
        other.shows("/", within=10)
        other.power_off("srv-01")
        other.power_on("srv-01")
        other.shows("/", within=15)
        other.does("down", "--destroy", "-y")
    assert [visit.told_since(load.visits[0].begun) for visit in load.failures()] == []


def test_a_program_that_listens_by_itself_takes_the_applications_place(site: LabSite) -> None:
    """The database goes with the guestbook: its role is no longer in the file."""
    shutil.copy(site.file, site.project / "before.yaml")
    runs_only(site, "run", "exec python3 program.py", PROGRAM)
    site.does("up")
    answer = site.get("/any/path?with=query", headers={"Host": "other.test"})
    assert answer.json() == {"path": "/any/path?with=query", "mainstay_server": "srv-01", "greeting": "good day"}
    assert site.status()["database"] is None
    units = ("mysql", "mainstay-mysql-role", "mainstay-app.socket", "mainstay-app.service")
    active = site.tries_on("srv-01", "systemctl", "is-active", *units).output.split()
    assert active == ["inactive", "inactive", "inactive", "active"]
    assert site.does("up").startswith("Nothing to do")


def test_an_asgi_application_takes_its_place(site: LabSite) -> None:
    runs_only(site, "asgi", "program:application", ASGI)
    site.does("up")
    answer = site.get("/some/path")
    assert (answer.status, answer.json()["path"], answer.json()["started"]) == (200, "/some/path", True)
    assert len({site.get("/").json()["release"] for _ in range(10)}) == 1
    assert site.does("up").startswith("Nothing to do")


def test_the_guestbook_comes_back_with_its_data(site: LabSite) -> None:
    """A role that is taken away stops; its data stays for the day on which the role returns."""
    shutil.copy(site.project / "before.yaml", site.file)
    site.does("up")
    becomes("The entry of before", lambda: site.get("/").text, lambda text: "All in one" in text, within=5)
    assert site.is_healthy(within=10)["database"]["primary"] == "srv-01"


def test_a_release_that_cannot_start_does_not_look_like_a_success(site: LabSite) -> None:
    settings = site.project / "app" / "guestbook" / "__init__.py"
    good = settings.read_text()
    settings.write_text("raise RuntimeError('this release is broken')\n")
    failed = site.tries("up")
    assert failed.status == 1
    assert 'Traceback (most recent call last):\n  File "/work' not in failed.errors
    settings.write_text(good)
    site.does("up")
    site.is_healthy(within=10)
    assert "All in one" in site.get("/").text


def test_a_wrong_file_changes_nothing_and_its_line_is_named(site: LabSite) -> None:
    good = site.file.read_text()
    site.change("  health: /up", "  helth: /up")
    failed = site.tries("up")
    site.file.write_text(good)
    assert failed.status == 1
    number = 1 + good[: good.index("  health: /up")].count("\n")
    assert f"mainstay.yaml:{number}" in failed.errors
    assert "health" in failed.errors
    assert site.get("/").status == 200


def test_destroying_a_lab_leaves_nothing_but_the_cache() -> None:
    """Compared before its first `up` and after its end: everything of this computer that a lab could touch."""
    with lab_site("mst-leaving", port=18170, blueprint="simple") as site:
        runs_only(site, "run", "exec python3 program.py", PROGRAM)

        def everything() -> dict[str, object]:
            return {
                "remains": computer.remains_of(site.name),
                "state": computer.tree(site.state),
                "sockets": computer.tree(site.runtime),
                "project": computer.tree(site.project),
                "interfaces": sorted(Path("/sys/class/net").iterdir()),
            }

        before = everything()
        site.up()
        site.does("exec", "--", "true")
        assert computer.remains_of(site.name) != []
        site.does("down", "--destroy", "-y")
        assert everything() == before
        assert site.get("/").status == 0
