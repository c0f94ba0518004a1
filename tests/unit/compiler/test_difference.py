"""What must change on a machine, from every state that it can be in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.compiler.difference import difference, digest, inputs_digest, leftovers
from mainstay.model.change import Change, Packages, Removal, Subject, Unit
from mainstay.model.install import Bundle, Directory, File, Install, Link, Service, User
from mainstay.model.manifest import Manifest
from mainstay.model.state import FileState, MachineState, UnitState
from mainstay.spec import BLUEPRINTS, blueprint
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import site_of
from tests.fakes.machine import carried_out
from tests.vocabulary import RELEASE, compiled

UNIT = File("/etc/web.service", "run web\n")
CONFIG = File("/etc/web.conf", "port 80\nlog on\n", "web", "web", "640", "web --test {candidate}")
LINK = Link("/srv/current", "/srv/releases/b")
WEB = Install(
    packages=("web", "web-tools"),
    users=(User("web", ("adm",)),),
    directories=(Directory("/srv"),),
    files=(UNIT, CONFIG),
    bundles=(Bundle("/srv/releases/b", "b"),),
    links=(LINK,),
    services=(Service("web.service", restart_on=(UNIT.path, LINK.path), reload_on=(CONFIG.path,)),),
)
WANTED = Manifest("srv-01", {"web": WEB})
RESTART = digest(f"{UNIT.path} {digest(UNIT.text)}\n{LINK.path} {LINK.target}")
RELOAD = digest(f"{CONFIG.path} {digest(CONFIG.text)}")
RUNNING = UnitState(active=True, enabled=True, restart_digest=RESTART, reload_digest=RELOAD)
IN_PLACE = MachineState(
    record=WANTED,
    packages=frozenset({"web", "web-tools", "vim"}),
    users={"web": ("web", "adm", "video")},
    paths={
        "/srv": FileState("", "root", "root", "755"),
        "/srv/releases/b": FileState("", "root", "root", "755"),
        UNIT.path: FileState(digest(UNIT.text), "root", "root", "644"),
        CONFIG.path: FileState(digest(CONFIG.text), "web", "web", "640"),
    },
    links={LINK.path: LINK.target},
    units={"web.service": RUNNING},
)


def unit(action: str) -> Unit:
    """What is to be done with the unit, and with which inputs."""
    return Unit("web.service", action, RESTART, RELOAD)


def having(part: Install) -> Manifest:
    return Manifest("srv-01", {"web": part})


def lying(path: str, found: FileState) -> MachineState:
    """All in place, but this path."""
    return replace(IN_PLACE, paths={**IN_PLACE.paths, path: found})


def without(path: str) -> MachineState:
    return replace(IN_PLACE, paths={p: found for p, found in IN_PLACE.paths.items() if p != path})


def running(found: UnitState) -> MachineState:
    return replace(IN_PLACE, units={"web.service": found})


ROWS: dict[str, tuple[MachineState, list[tuple[Subject, str]]]] = {
    "nothing": (IN_PLACE, []),
    "the machine is new": (
        MachineState(),
        [
            (Packages(("web", "web-tools")), "install web, web-tools"),
            (User("web", ("adm",)), "create user web"),
            (Directory("/srv"), "make directory /srv"),
            (Bundle("/srv/releases/b", "b"), "unpack release b"),
            (UNIT, "write /etc/web.service"),
            (CONFIG, "write /etc/web.conf"),
            (LINK, "point /srv/current at /srv/releases/b"),
            (Unit("web.service", "start", RESTART, RELOAD), "start web.service"),
        ],
    ),
    "a package is missing": (
        replace(IN_PLACE, packages=frozenset({"web-tools"})),
        [(Packages(("web",)), "install web")],
    ),
    "a user is missing": (replace(IN_PLACE, users={}), [(User("web", ("adm",)), "create user web")]),
    "a user is not in a group": (
        replace(IN_PLACE, users={"web": ("web", "video")}),
        [(User("web", ("adm",)), "create user web")],
    ),
    "a directory is missing": (without("/srv"), [(Directory("/srv"), "make directory /srv")]),
    "a directory has another owner": (
        lying("/srv", FileState("", "web", "root", "755")),
        [(Directory("/srv"), "make directory /srv")],
    ),
    "a directory has another group": (
        lying("/srv", FileState("", "root", "web", "755")),
        [(Directory("/srv"), "make directory /srv")],
    ),
    "a directory has another mode": (
        lying("/srv", FileState("", "root", "root", "700")),
        [(Directory("/srv"), "make directory /srv")],
    ),
    "a release is missing": (
        without("/srv/releases/b"),
        [(Bundle("/srv/releases/b", "b"), "unpack release b")],
    ),
    "a file is missing": (without(CONFIG.path), [(CONFIG, "write /etc/web.conf")]),
    "a file has other content": (
        lying(CONFIG.path, FileState(digest("port 81\n"), "web", "web", "640")),
        [(CONFIG, "change /etc/web.conf")],
    ),
    "a file has another owner": (
        lying(CONFIG.path, FileState(digest(CONFIG.text), "root", "web", "640")),
        [(CONFIG, "change /etc/web.conf")],
    ),
    "a file has another mode": (
        lying(CONFIG.path, FileState(digest(CONFIG.text), "web", "web", "644")),
        [(CONFIG, "change /etc/web.conf")],
    ),
    "a link is missing": (
        replace(IN_PLACE, links={}),
        [(LINK, "point /srv/current at /srv/releases/b")],
    ),
    "a link points elsewhere": (
        replace(IN_PLACE, links={LINK.path: "/srv/releases/a"}),
        [(LINK, "point /srv/current at /srv/releases/b")],
    ),
    "a unit was never heard of": (replace(IN_PLACE, units={}), [(unit("start"), "start web.service")]),
    "a unit is not running": (running(replace(RUNNING, active=False)), [(unit("start"), "start web.service")]),
    "a unit runs, but nobody noted with what": (
        running(UnitState(active=True, enabled=True)),
        [(unit("restart"), "restart web.service")],
    ),
    "a unit was started with other inputs": (
        running(replace(RUNNING, restart_digest="other")),
        [(unit("restart"), "restart web.service")],
    ),
    "a unit was loaded with other inputs": (
        running(replace(RUNNING, reload_digest="other")),
        [(unit("reload"), "reload web.service")],
    ),
    "a unit was started and loaded with other inputs": (
        running(replace(RUNNING, restart_digest="other", reload_digest="other")),
        [(unit("restart"), "restart web.service")],
    ),
    "a unit is not enabled": (running(replace(RUNNING, enabled=False)), [(unit("enable"), "enable web.service")]),
    "a unit that is not enabled was loaded with other inputs": (
        running(replace(RUNNING, enabled=False, reload_digest="other")),
        [(unit("reload"), "reload web.service")],
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_state_asks_for_just_this(row: str) -> None:
    state, expected = ROWS[row]
    changes = difference(WANTED, WANTED, state)
    assert [(change.subject, change.summary) for change in changes] == expected
    assert {change.component for change in changes} <= {"web"}


def test_a_changed_file_shows_what_changes_in_it() -> None:
    before = replace(WEB, files=(UNIT, replace(CONFIG, content="port 81\nlog on\n")))
    state = replace(
        lying(CONFIG.path, FileState(digest("port 81\nlog on\n"), "web", "web", "640")), record=having(before)
    )
    assert [change.diff for change in difference(WANTED, WANTED, state)] == [
        """\
--- before /etc/web.conf
+++ after /etc/web.conf
@@ -1,2 +1,2 @@
-port 81
+port 80
 log on"""
    ]


NEW_FILE = """\
--- before /etc/web.conf
+++ after /etc/web.conf
@@ -0,0 +1,2 @@
+port 80
+log on"""


@pytest.mark.parametrize(
    "state",
    [
        without(CONFIG.path),
        replace(without(CONFIG.path), record=None),
        replace(without(CONFIG.path), record=Manifest("srv-01", {"other": WEB})),
        replace(without(CONFIG.path), record=None, attempted=WANTED),
    ],
    ids=["deleted by somebody", "nothing recorded", "another component", "a run broke off"],
)
def test_a_missing_file_is_shown_whole(state: MachineState) -> None:
    assert [change.diff for change in difference(WANTED, WANTED, state)] == [NEW_FILE]


def test_after_a_run_that_broke_off_the_change_is_still_shown() -> None:
    before = having(replace(WEB, files=(UNIT, replace(CONFIG, content="log on\n"))))
    lies = lying(CONFIG.path, FileState(digest("log on\n"), "web", "web", "640"))
    (change,) = difference(WANTED, WANTED, replace(lies, record=before, attempted=WANTED))
    assert change.diff.splitlines()[2:] == ["@@ -1 +1,2 @@", "+port 80", " log on"]


def test_a_secret_is_carried_over_and_never_shown(tmp_path: Path) -> None:
    vault = Vault(Store(tmp_path / "secrets.json"))
    password = vault.secret("door").reveal()
    env = File("/etc/app.env", "A=1\nPASSWORD=${secret:door}\n", mode="600")
    app = Install(files=(env,), services=(Service("app.service", restart_on=(env.path,)),))
    wanted, before = having(app), having(replace(app, files=(replace(env, content="PASSWORD=${secret:door}\n"),)))
    lies = FileState(digest(f"PASSWORD={password}\n"), "root", "root", "600")
    write, start = difference(
        wanted, vault.fill_in_manifest(wanted), MachineState(record=before, paths={env.path: lies})
    )
    assert write.subject == replace(env, content=f"A=1\nPASSWORD={password}\n")
    assert write.diff.splitlines()[3:] == ["+A=1", " PASSWORD=${secret:door}"]
    assert start.subject == Unit("app.service", "start", digest(f"{env.path} {digest(write.subject.text)}"))
    assert password not in write.diff + write.summary + str(start)


def test_a_new_value_of_a_secret_restarts_who_uses_it(tmp_path: Path) -> None:
    env = File("/etc/app.env", "PASSWORD=${secret:door}\n", mode="600")
    wanted = having(Install(files=(env,), services=(Service("app.service", restart_on=(env.path,)),)))
    old, new = (Vault(Store(tmp_path / name)).fill_in_manifest(wanted) for name in ("old.json", "new.json"))
    state = carried_out(difference(wanted, old, MachineState(attempted=wanted)), MachineState(record=wanted))
    assert [change.summary for change in difference(wanted, new, state)] == [
        "change /etc/app.env",
        "restart app.service",
    ]


def test_the_inputs_of_a_unit_count_in_their_order_and_by_their_path() -> None:
    swapped = replace(WEB, files=(replace(UNIT, content=CONFIG.text), replace(CONFIG, content=UNIT.text)))
    both, none = (UNIT.path, CONFIG.path), ()
    assert inputs_digest(WEB, both) != inputs_digest(swapped, both)
    assert inputs_digest(WEB, none) == ""
    with pytest.raises(KeyError):
        inputs_digest(WEB, ("/etc/nobody",))


def demanded(changes: Iterable[Change]) -> Iterator[Subject]:
    """What changes are about, each package by itself: two components may need one, and the first brings it."""
    for change in changes:
        names = change.subject.names if isinstance(change.subject, Packages) else ()
        yield from (Packages((name,)) for name in names) if names else (change.subject,)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next(name: str) -> None:
    for wanted in compiled(site_of(blueprint(name))).manifests.values():
        begun = MachineState(attempted=wanted)
        changes = difference(wanted, wanted, begun)
        for done in range(len(changes) + 1):
            then = carried_out(changes[:done], begun)
            rest = difference(wanted, wanted, then)
            assert {*demanded(rest)} <= {*demanded(changes[done:])}
            assert difference(wanted, wanted, carried_out(rest, then)) == ()


HAD = replace(
    WEB,
    files=(UNIT, CONFIG, File("/etc/old.conf", "old")),
    links=(LINK, Link("/srv/old", "/srv")),
    services=(Service("web.service"), Service("old.service"), Service("older.service")),
)


def test_what_nothing_wants_any_longer_is_stopped_and_then_removed() -> None:
    there = MachineState(
        record=having(HAD),
        paths={**IN_PLACE.paths, "/etc/old.conf": FileState("", "root", "root", "644")},
        links={**IN_PLACE.links, "/srv/old": "/srv"},
        units={"web.service": RUNNING, "old.service": RUNNING, "older.service": UnitState(enabled=True)},
    )
    expected = (
        Change("web", Unit("old.service", "stop"), "stop old.service: nothing on this machine wants it any longer"),
        Change("web", Unit("older.service", "stop"), "stop older.service: nothing on this machine wants it any longer"),
        Change("web", Removal("/etc/old.conf"), "remove /etc/old.conf"),
        Change("web", Removal("/srv/old"), "remove /srv/old"),
    )
    assert leftovers(WANTED, there) == expected
    assert leftovers(WANTED, replace(there, record=WANTED, attempted=having(HAD))) == expected
    assert leftovers(WANTED, replace(there, attempted=having(HAD))) == expected
    assert leftovers(WANTED, carried_out(expected, there)) == ()


def test_what_is_not_there_is_no_leftover() -> None:
    assert leftovers(WANTED, replace(IN_PLACE, record=having(HAD))) == ()
    assert leftovers(WANTED, IN_PLACE) == ()
    assert leftovers(WANTED, MachineState()) == ()


def test_a_tier_that_is_taken_away_goes_and_leaves_its_data() -> None:
    text = blueprint("distributed")
    fewer = text.replace("srv-02: { runs: [web, app, database] }", "srv-02: { runs: [database] }")
    before, wanted = (compiled(site_of(file)).manifests["srv-02"] for file in (text, fewer))
    had = carried_out(difference(before, before, MachineState()), MachineState(record=before))
    has = carried_out(leftovers(wanted, had), had)
    fresh = carried_out(difference(wanted, wanted, MachineState()), MachineState(record=before))
    assert {unit for unit, found in has.units.items() if found.active} == {*fresh.units}
    assert {*had.paths} - {*has.paths} == {f.path for n in ("haproxy", "app", "nginx") for f in before.parts[n].files}
    assert (has.links, has.packages, has.users) == ({}, had.packages, had.users)
    assert {*has.paths} - {*fresh.paths} == {
        "/etc/haproxy",
        "/etc/mainstay/tls/app",
        "/srv/shop",
        "/srv/shop/releases",
        f"/srv/shop/releases/{RELEASE}",
    }


def test_what_another_component_wants_stays() -> None:
    moved = Manifest("srv-01", {"mail": WEB})
    assert leftovers(moved, IN_PLACE) == ()


def test_a_unit_that_is_kept_elsewhere_is_only_kept_from_starting_at_boot() -> None:
    kept = having(Install(services=(Service("mysql.service", is_kept_elsewhere=True),)))
    disable = Unit("mysql.service", "disable")

    def subjects(**units: UnitState) -> list[Subject]:
        state = MachineState(units={f"{name}.service": unit for name, unit in units.items()})
        return [change.subject for change in difference(kept, kept, state)]

    assert subjects() == subjects(mysql=UnitState(active=True)) == []
    assert subjects(mysql=UnitState(active=True, enabled=True)) == [disable]


def test_of_a_long_program_the_changed_lines_are_counted() -> None:
    program = "\n".join(["#!/bin/sh", *(f"echo {number}" for number in range(300))])
    path = "/usr/local/bin/speak"
    before, after = (
        Manifest("srv-01", {"speaker": Install(files=(File(path, text),))}) for text in (program, f"{program}\n:\n:")
    )
    there = {path: FileState(digest(program), "root", "root", "644")}
    (change,) = difference(after, after, MachineState(paths=there, record=before))
    assert change.diff == "a program of 303 lines: 2 are new, 0 are gone"
