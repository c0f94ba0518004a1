"""Everything one machine must hold, and what can be taken of it."""

import json

from mainstay.model.install import Bundle, Directory, File, Install, Link, Service, User
from mainstay.model.manifest import Manifest

WEB = Install(
    packages=("web", "web-tools"),
    users=(User("web", ("adm", "video")), User("log")),
    directories=(Directory("/srv", "web", "web", "750"),),
    files=(File("/etc/a", "ü\n", "web", "web", "640", "try {candidate}"), File("/etc/b", "")),
    bundles=(Bundle("/srv/a", "a", keep=3),),
    links=(Link("/srv/current", "/srv/a"),),
    services=(Service("web.service", ("/etc/a", "/srv/current"), ("/etc/b",)), Service("once.service")),
)
WANTED = Manifest("srv-01", {"web": WEB, "base": Install()})


def test_a_manifest_is_json_both_ways() -> None:
    assert Manifest.from_json(json.loads(json.dumps(WANTED.to_json()))) == WANTED


def test_what_another_version_noted_beside_is_passed_over() -> None:
    noted = {"unit": "a.service", "oneshot": True, "restart_on": ["/etc/a"]}
    data = {"machine": "srv-01", "parts": {"web": {"services": [noted], "timers": []}}, "format": 2}
    assert Manifest.from_json(data) == Manifest(
        "srv-01", {"web": Install(services=(Service("a.service", ("/etc/a",)),))}
    )


def test_lists_that_another_version_did_not_note_are_empty() -> None:
    assert Manifest.from_json({"machine": "srv-01", "parts": {"web": {}}}) == Manifest("srv-01", {"web": Install()})


def test_the_order_of_the_components_survives_json() -> None:
    assert list(Manifest.from_json(json.loads(json.dumps(WANTED.to_json()))).parts) == ["web", "base"]


def test_the_services_of_a_machine_are_those_of_all_components() -> None:
    wanted = Manifest("srv-01", {"a": Install(services=(Service("a"),)), "web": WEB})
    assert [service.unit for service in wanted.services] == ["a", "web.service", "once.service"]


def test_some_components_can_be_taken_alone() -> None:
    assert WANTED.only(("base", "mysql")) == Manifest("srv-01", {"base": Install()})
