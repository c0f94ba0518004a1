"""Health, as the machines tell it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count

import pytest

from mainstay.grounds.errors import GroundError
from mainstay.health.examine import Examined, Health, UnhealthyError, examine, wait_until_healthy
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.machine import Instance
from tests.builders import a_machine
from tests.fakes.reach import Asked, FakeReach

LB, SRV = a_machine("lb-01", runs="balancer"), a_machine("srv-01")
UNIT = Probe("unit", "unit", "haproxy.service")
SITE = Probe("site", "tcp", "10.77.0.1:80")
PAGE = Probe("http", "http", "http://10.77.0.2:8080/", "shop.test")
EXPOSURES = {
    Instance("base", LB): Exposure((Port("ssh", 22),)),
    Instance("haproxy", LB): Exposure(probes=(UNIT, SITE)),
    Instance("nginx", SRV): Exposure(probes=(PAGE,)),
}
WELL = {"lb-01": ["", ""], "srv-01": [""]}
ALL_WELL = {"lb-01": Examined((Health("base"), Health("haproxy"))), "srv-01": Examined((Health("nginx"),))}


def saying(words: Mapping[str, list[str]]) -> Callable[[Asked], str]:
    """Each machine's answers to its probes; one without any cannot be reached."""

    def answer(asked: Asked) -> str:
        if asked.machine not in words:
            raise GroundError(f"{asked.machine} cannot be reached: no route", "`mainstay status` shows more.")
        return json.dumps(words[asked.machine])

    return answer


def test_every_machine_is_asked_once_for_all_its_probes() -> None:
    reach = FakeReach(saying(WELL))
    assert examine(reach, EXPOSURES, ["lb-01", "srv-01"]) == ALL_WELL
    probes = {
        "lb-01": [
            {"name": "unit", "kind": "unit", "target": "haproxy.service", "host": ""},
            {"name": "site", "kind": "tcp", "target": "10.77.0.1:80", "host": ""},
        ],
        "srv-01": [{"name": "http", "kind": "http", "target": "http://10.77.0.2:8080/", "host": "shop.test"}],
    }
    assert {asked.machine: json.loads(asked.given) for asked in reach.asked} == probes
    assert [asked.program for asked in reach.asked] == ["nice", "nice"]


def test_only_those_machines_are_asked() -> None:
    reach = FakeReach(saying(WELL))
    assert examine(reach, EXPOSURES, ["srv-01"]) == {"srv-01": ALL_WELL["srv-01"]}
    assert [asked.machine for asked in reach.asked] == ["srv-01"]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["", ""], ""),
        (["haproxy.service is failed", ""], "haproxy: haproxy.service is failed"),
        (["", "nothing answers"], "haproxy: nothing answers"),
        (["haproxy.service is failed", "nothing answers"], "haproxy: haproxy.service is failed"),
    ],
)
def test_a_component_is_as_well_as_its_first_trouble(answers: list[str], why: str) -> None:
    found = examine(FakeReach(saying({"lb-01": answers})), EXPOSURES, ["lb-01"])["lb-01"]
    assert (found.why, found.is_healthy) == (why, not why)
    assert [health.is_healthy for health in found.components] == [True, not why]


def test_of_a_machine_that_cannot_be_reached_nothing_is_known() -> None:
    unknown = "the machine cannot be reached"
    found = examine(FakeReach(saying({"srv-01": [""]})), EXPOSURES, ["lb-01", "srv-01"])
    assert found == {
        "lb-01": Examined((Health("base", unknown), Health("haproxy", unknown)), "lb-01 cannot be reached: no route"),
        "srv-01": ALL_WELL["srv-01"],
    }
    assert (found["lb-01"].is_healthy, found["lb-01"].why) == (False, "lb-01 cannot be reached: no route")


def test_when_the_first_certificate_ends_is_asked_with_the_rest() -> None:
    reach = FakeReach(saying({"lb-01": ["", "", "2027-02-28T12:00:00+00:00"], "srv-01": ["ill", ""], "db-01": []}))
    certificates = {"lb-01": ["/a.pem", "/b.pem"], "srv-01": ["/a.pem"], "db-01": []}
    found = examine(reach, EXPOSURES, ["lb-01", "srv-01", "db-01"], certificates)
    assert found == {
        "lb-01": Examined(ALL_WELL["lb-01"].components, first_end=datetime(2027, 2, 28, 12, tzinfo=UTC)),
        "srv-01": Examined((Health("nginx", "ill"),)),
        "db-01": Examined(()),
    }
    asked = {asked.machine: json.loads(asked.given)[-1:] for asked in reach.asked}
    assert asked["lb-01"] == [{"name": "certificates", "kind": "first-end", "target": "/a.pem /b.pem", "host": ""}]
    assert asked["db-01"] == []


def test_waiting_ends_at_once_when_all_are_well() -> None:
    reach = FakeReach(saying(WELL))
    wait_until_healthy(reach, EXPOSURES, ["lb-01", "srv-01"], seconds=0)
    assert len(reach.asked) == 2


def test_waiting_goes_on_until_all_are_well() -> None:
    words = iter([["starting", ""], ["", ""]])
    reach = FakeReach(lambda asked: json.dumps(next(words)))
    wait_until_healthy(reach, EXPOSURES, ["lb-01"], seconds=60)
    assert len(reach.asked) == 2


def test_waiting_in_vain_says_what_was_seen_last() -> None:
    reach = FakeReach(saying({"lb-01": ["", "nothing answers at 10.77.0.1:80"]}))
    clock = count(step=31.0)
    with pytest.raises(UnhealthyError) as caught:
        wait_until_healthy(reach, EXPOSURES, ["lb-01", "srv-01"], seconds=30, now=lambda: next(clock))
    assert caught.value.what == (
        "Not healthy within 30 s; last seen:\n"
        "  lb-01: haproxy: nothing answers at 10.77.0.1:80\n"
        "  srv-01: srv-01 cannot be reached: no route"
    )
