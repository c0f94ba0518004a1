"""An `up` that breaks off, wherever that is, is finished by the next.

One lab for the file, from nothing; it is complete only after the last `up` of the first test. The second leaves one
changed setting.
"""

import json
from collections.abc import Iterator

import pytest

from tests.lab import computer
from tests.lab.site import LabSite, lab_site

LABS = ("mst-broken",)

# In the order in which an `up` from nothing comes to them, so that each is still to be done by the next run.
MOMENTS = (
    "booting",
    "start mysql.service",
    "copying the database",
    "unpack release",
    "running the release command",
    "start mainstay-app.service",
    "start nginx.service",
)


@pytest.fixture(scope="module")
def site() -> Iterator[LabSite]:
    with lab_site("mst-broken", port=18140) as site:
        yield site


def is_complete(site: LabSite) -> None:
    site.is_healthy(within=10)
    site.takes_turns("srv-01", "srv-02", within=5)
    written = site.post("/entries", {"author": "Ada", "message": "Complete"})
    assert written.status == 201
    site.shows(f"/entries/{written.json()['id']}", within=1)
    told = site.whoami()
    assert (told["write_host"], told["read_host"]) == ("srv-01", "srv-02")
    assert {machine: changes for machine, changes in site.plan().items() if changes} == {}
    assert site.does("up").startswith("Nothing to do")


def test_an_up_that_is_killed_again_and_again_is_finished_by_the_last(site: LabSite) -> None:
    """SIGKILL to the whole process group, at seven moments from the first boot to the last service."""
    for moment in MOMENTS:
        up = site.starts("up")
        up.tells(moment, within=60)
        up.is_killed()
    site.does("up")
    is_complete(site)


def test_an_up_that_is_killed_at_any_time_is_finished_by_the_next(site: LabSite) -> None:
    """From nothing again; the times fall where they fall."""
    site.does("down", "--destroy", "-y")
    for seconds in (1.5, 4.0, 8.0):
        up = site.starts("up")
        up.lasts(seconds)
        up.is_killed()
    site.does("up")
    is_complete(site)


def test_an_up_that_is_interrupted_says_so_and_is_finished_by_the_next(site: LabSite) -> None:
    site.change("web:\n", "web:\n  headers: { X-Greeting: Hello }\n")
    up = site.starts("up")
    up.tells("change /etc/nginx/nginx.conf", within=30)
    up.is_interrupted()
    assert up.ends(within=20) == 130
    assert up.told.splitlines()[-1] == "Interrupted. Nothing is lost: the same command goes on from here."
    assert "Traceback" not in up.told
    site.does("up")
    assert {site.get("/").headers["x-greeting"] for _ in range(4)} == {"Hello"}
    is_complete(site)


def test_there_is_one_operator_at_a_time(site: LabSite) -> None:
    site.change("X-Greeting: Hello", "X-Greeting: Good evening")
    first = site.starts("up")
    first.tells("change /etc/nginx/nginx.conf", within=30)
    second = site.tries("up")
    assert second.status == 1
    assert second.errors.startswith("error: Another Mainstay (process ")
    assert first.ends() == 0
    is_complete(site)


def test_down_takes_away_what_a_killed_up_has_left(site: LabSite) -> None:
    """And a second `down` finds nothing to do."""
    site.does("down", "--destroy", "-y")
    up = site.starts("up")
    up.tells("start mysql.service", within=60)
    up.is_killed()
    assert json.loads(site.does("lab", "list", "-o", "json"))[0]["name"] == site.name
    site.does("down", "--destroy", "-y")
    assert computer.remains_of(site.name) == []
    assert json.loads(site.does("lab", "list", "-o", "json")) == []
    assert site.does("down", "--destroy", "-y") == f"There is nothing of {site.name} to take down.\n"
