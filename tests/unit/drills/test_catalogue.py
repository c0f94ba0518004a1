"""The catalogue of drills, derived from what components declare."""

from mainstay.drills.catalogue import Drill, catalogue
from mainstay.spec import Spec
from tests.builders import a_machine, a_site, machines_that_run
from tests.vocabulary import compiled

SMALLEST = machines_that_run(srv_01="balancer web app")
DISTRIBUTED = machines_that_run(lb_01="balancer", srv_01="web app database", srv_02="web app database")


def drills(spec: Spec) -> tuple[Drill, ...]:
    plan = compiled(spec)
    return catalogue(plan.exposures, plan.machines)


def names(spec: Spec, role: str) -> list[str]:
    return [drill.name for drill in drills(spec) if drill.role == role]


def test_a_role_with_one_program_needs_no_program_in_the_name() -> None:
    assert names(a_site(machines=DISTRIBUTED), "balancer") == [
        "balancer-process-killed",
        "balancer-process-stopped",
        "balancer-process-frozen",
        "balancer-power-off",
        "balancer-power-cycle",
        "balancer-cpu-stalled",
        "balancer-cut-off",
        "balancer-cut-off-one-way",
        "balancer-disk-full",
    ]


def test_a_role_with_several_programs_names_them() -> None:
    found = names(a_site(machines=DISTRIBUTED), "server")
    assert [name for name in found if "process" in name] == [
        f"server-{program}-process-{what}"
        for program in ("haproxy", "app", "nginx")
        for what in ("killed", "stopped", "frozen")
    ]


def test_the_long_form_is_understood_everywhere() -> None:
    found = {drill.name: drill.alias for drill in drills(a_site(machines=DISTRIBUTED))}
    assert found["balancer-process-frozen"] == "balancer-haproxy-process-frozen"
    assert found["primary-process-killed"] == "primary-mysqld-process-killed"


def test_only_roles_that_the_site_has_are_hurt() -> None:
    assert {drill.role for drill in drills(a_site(machines=SMALLEST))} == {"balancer", "server"}
    one = machines_that_run(lb_01="balancer", srv_01="web app database")
    assert {drill.role for drill in drills(a_site(machines=one))} == {"balancer", "server", "primary"}


def test_one_of_a_kind_cannot_be_cut_apart() -> None:
    assert "balancer-cut-apart" not in names(a_site(machines=DISTRIBUTED), "balancer")
    two = [a_machine(name, runs="balancer") for name in ("lb-01", "lb-02")]
    assert "balancer-cut-apart" in [drill.name for drill in catalogue({}, two)]
    assert "primary-cut-apart" in names(a_site(machines=DISTRIBUTED), "primary")
    assert "server-cut-apart" in names(a_site(machines=DISTRIBUTED), "server")


def test_only_those_who_have_a_deputy_are_drained_and_gently() -> None:
    found = {drill.name: drill for drill in drills(a_site(machines=DISTRIBUTED)) if drill.act == "drained"}
    assert [*found] == ["server-drained"]
    drained = found["server-drained"]
    assert (drained.limit_seconds, drained.is_graceful, drained.is_for_servers) == (0.1, True, True)
    two = [a_machine(name, runs="balancer") for name in ("lb-01", "lb-02")]
    assert "balancer-drained" in [drill.name for drill in catalogue({}, two)]


def test_names_are_unique_and_every_fault_is_held_longer_than_its_limit() -> None:
    found = drills(a_site(machines=DISTRIBUTED))
    assert len({drill.name for drill in found}) == len(found)
    held = [drill for drill in found if drill.act not in ("cpu-stalled", "power-cycle")]
    assert [drill.name for drill in held if drill.hold_seconds <= drill.limit_seconds] == []


def test_only_where_a_database_is_away_another_machine_may_say_that_it_is_alone() -> None:
    found = {drill.name: "SyncSetEmpty" in drill.also for drill in drills(a_site(machines=DISTRIBUTED))}
    assert found["replica-process-killed"]
    assert found["server-power-off"]
    assert not found["server-nginx-process-killed"]
    assert not found["balancer-power-off"]


def test_a_drill_says_what_it_does_and_expects() -> None:
    by_name = {drill.name: drill for drill in drills(a_site(machines=DISTRIBUTED))}
    assert by_name["server-nginx-process-stopped"].to_json() == {
        "drill": "server-nginx-process-stopped",
        "does": "It stops nginx on a server in good order, and starts it again afterwards.",
        "expects": "The site is never without an answer for longer than 0.1 s, no request fails but those under way "
        "at that moment, and no acknowledged write is lost.",
        "limit_seconds": 0.1,
    }


def test_stopping_the_way_to_the_database_is_not_called_gentle() -> None:
    by_name = {drill.name: drill for drill in drills(a_site(machines=DISTRIBUTED))}
    assert by_name["balancer-process-stopped"].is_graceful
    assert by_name["server-app-process-stopped"].is_graceful
    assert not by_name["server-haproxy-process-stopped"].is_graceful
