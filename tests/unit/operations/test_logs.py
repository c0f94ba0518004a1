"""Whose log is read where, and one request in all of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.compiler.address import address
from mainstay.components.journal_remote.component import kept_as
from mainstay.grounds.errors import GroundError
from mainstay.model.install import Service
from mainstay.operations.errors import OperationError
from mainstay.operations.logs import Reading, Wanted, of_request, readings, request_readings, speaking
from mainstay.operations.site import Site
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site, machines_that_run
from tests.fakes.ground import FakeGround
from tests.fakes.reach import Asked, FakeReach

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring", mon_02="monitoring")
ALL = list(MACHINES)
REQUEST = "73cd246c-4a5f-4a6e-9d5c-6b1f0a8f2e11"


def a_logged_site(
    folder: Path,
    dead: tuple[str, ...] = (),
    off: str = "",
    monitoring: object = "on",
    says: Callable[[Asked], str] = lambda asked: "",
) -> Site:
    """Machines of which some do not answer, and one is switched off."""

    def answer(asked: Asked) -> str:
        if asked.machine in dead:
            raise GroundError(f"{asked.machine} does not answer")
        return "" if asked.program == "true" else says(asked)

    machines = MACHINES if monitoring == "on" else {"srv-01": MACHINES["srv-01"]}
    spec = a_site(machines=machines, monitoring=monitoring)
    ground = FakeGround({name: name != off for name in machines}, FakeReach(answer=answer))
    return Site(spec, folder, address(spec), (), ground, Vault(Store(folder / "secrets.json")), folder)


def places(found: tuple[Reading, ...]) -> dict[str, str]:
    return {reading.whose: reading.on for reading in found}


def test_a_machine_that_answers_is_read_itself(tmp_path: Path) -> None:
    (reading,) = readings(a_logged_site(tmp_path), ["srv-01"], "nginx", Wanted(lines=7, since="1 hour ago"))
    assert (reading.on, reading.is_copy) == ("srv-01", False)
    assert reading.command == (
        "journalctl", "--no-pager", "--lines=7", "--output=short-iso", "--since=1 hour ago",
        "--unit=mainstay-nginx-log.socket", "--unit=mainstay-nginx-log.service", "--unit=nginx.service",
    )  # fmt: skip


def test_what_a_timer_starts_speaks_for_it() -> None:
    services = (Service("mainstay-acme.timer"), Service("mainstay-app.socket"), Service("mainstay-app.service"))
    assert speaking(services) == (
        "mainstay-acme.timer", "mainstay-app.socket", "mainstay-app.service", "mainstay-acme.service",
    )  # fmt: skip


@pytest.mark.parametrize(("dead", "off"), [(("srv-01",), ""), ((), "srv-01")])
def test_one_that_does_not_is_read_where_its_log_was_carried(tmp_path: Path, dead: tuple[str, ...], off: str) -> None:
    site = a_logged_site(tmp_path, dead, off)
    found = readings(site, ALL, None, Wanted(is_followed=True))
    assert places(found) == {"srv-01": "mon-01", "mon-01": "mon-01", "mon-02": "mon-02"}
    (copy,) = [reading for reading in found if reading.is_copy]
    assert f"--file={kept_as(site.machines[0])}" in copy.command
    assert "--follow" in copy.command


def test_of_two_that_have_it_the_one_that_answers_is_asked(tmp_path: Path) -> None:
    found = readings(a_logged_site(tmp_path, dead=("srv-01", "mon-01")), ALL, None, Wanted())
    assert places(found) == {"srv-01": "mon-02", "mon-01": "mon-02", "mon-02": "mon-02"}


def test_the_log_of_the_last_that_had_copies_is_lost(tmp_path: Path) -> None:
    site = a_logged_site(tmp_path, dead=("mon-01", "mon-02"))
    assert places(readings(site, ALL, None, Wanted())) == {"srv-01": "srv-01"}
    with pytest.raises(OperationError, match="mon-01 cannot be reached, and nobody has a copy"):
        readings(site, ["mon-01"], None, Wanted())


def test_without_monitoring_nobody_has_a_copy(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="srv-01 cannot be reached, and nobody has a copy"):
        readings(a_logged_site(tmp_path, dead=("srv-01",), monitoring="off"), ["srv-01"], None, Wanted())


@pytest.mark.parametrize(
    ("machine", "component", "said"),
    [("srv-09", None, "There is no machine named srv-09"), ("srv-01", "mysql", "There is no component mysql there")],
)
def test_what_is_not_there_is_said(tmp_path: Path, machine: str, component: str | None, said: str) -> None:
    with pytest.raises(OperationError, match=said):
        readings(a_logged_site(tmp_path), [machine], component, Wanted())


def journals(asked: Asked) -> str:
    """What each machine says of the request."""
    pattern = next(word for word in asked.arguments if word.startswith("--grep="))
    assert pattern == f"--grep={REQUEST}"
    return {
        "srv-01": f"2026-01-01T00:00:02.5+00:00 srv-01 app[7]: {REQUEST} failed\n  Traceback\n-- Boot 1 --\n",
        "mon-01": "-- No entries --\n",
        "mon-02": f"2026-01-01T00:00:01.5+00:00 mon-02 haproxy[8]: id={REQUEST}\n",
    }[asked.machine]


def test_a_request_is_followed_through_all_logs_by_time(tmp_path: Path) -> None:
    site = a_logged_site(tmp_path, says=journals)
    assert of_request(site, request_readings(site, ALL, REQUEST, "1 day ago")) == (
        f"mon-02  2026-01-01T00:00:01.5+00:00 mon-02 haproxy[8]: id={REQUEST}",
        f"srv-01  2026-01-01T00:00:02.5+00:00 srv-01 app[7]: {REQUEST} failed\n  Traceback",
    )


def test_a_request_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    site = a_logged_site(tmp_path)
    with pytest.raises(OperationError, match="No log says anything of this request"):
        of_request(site, request_readings(site, ALL, REQUEST, "1 day ago"))


@pytest.mark.parametrize("text", ["short", "../../etc/passwd", "a" * 65, "a b c d e f g h", ".*......"])
def test_what_is_no_identifier_is_not_looked_for(tmp_path: Path, text: str) -> None:
    with pytest.raises(OperationError, match="is no identifier of a request"):
        request_readings(a_logged_site(tmp_path), ALL, text, "1 day ago")
