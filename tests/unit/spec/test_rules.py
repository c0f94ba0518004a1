"""What must hold between the sections, rule by rule, each with its silent twin."""

from pathlib import Path

import pytest

from mainstay.spec.draft import Draft
from mainstay.spec.lab_addresses import derived
from mainstay.spec.problem import Issue
from mainstay.spec.rules import (
    Rule,
    ensure_a_majority_survives,
    ensure_addresses_of_the_lab,
    ensure_all_or_no_addresses,
    ensure_app_is_written,
    ensure_certificate_and_key,
    ensure_distinct_addresses,
    ensure_mail_is_logged_in_for,
    ensure_monitors_monitor,
    ensure_needed_roles_run,
    ensure_one_entry,
    ensure_one_source_of_certificates,
    ensure_reach_has_a_meaning,
    ensure_somebody_monitors,
    ensure_virtual_addresses,
    ensure_web_beside_app,
    ensure_witnesses_vote,
    ensure_written_sections_run,
)
from mainstay.spec.sections.app import App
from mainstay.spec.sections.balancer import Balancer, Mode
from mainstay.spec.sections.database import Database
from mainstay.spec.sections.firewall import Firewall
from mainstay.spec.sections.https import Acme, Https
from mainstay.spec.sections.machines import Machine, Role
from mainstay.spec.sections.monitoring import Mail, Monitoring
from tests.unit.spec.vocabulary import APP, MINIMAL, says

BOTH: tuple[Role, ...] = ("web", "app")
PLAIN = Balancer()


def draft(*machines: Machine, written: str = "", app: App | None = None, balancer: Balancer | None = PLAIN) -> Draft:
    named = {f"srv-{number:02}": machine for number, machine in enumerate(machines, 1)}
    return Draft(written=frozenset(written.split()), machines=named or None, app=app, balancer=balancer)


def at(address: str | None) -> Machine:
    return Machine(runs=BOTH, address=address)


def balancers(*addresses: str | None) -> tuple[Machine, ...]:
    return tuple(Machine(runs=("balancer",), address=address) for address in addresses)


def moving(*addresses: str, mode: Mode = "active-passive") -> Balancer:
    return Balancer(addresses=addresses, mode=mode)


def runs(*roles: Role) -> Machine:
    return Machine(runs=roles)


def wheres(rule: Rule, of: Draft) -> list[str]:
    return [".".join(map(str, issue.path)) for issue in rule(of)]


def test_written_sections_run() -> None:
    rule = ensure_written_sections_run
    assert wheres(rule, draft(runs("app"), written="web app database balancer")) == ["web", "database"]
    assert wheres(rule, draft(runs("app", "web", "database"), written="web app database")) == []
    assert wheres(rule, draft(written="web database")) == []


def test_needed_roles_run() -> None:
    rule = ensure_needed_roles_run
    assert wheres(rule, draft(runs("web"), written="app")) == ["machines", "app"]
    assert wheres(rule, draft(runs("balancer", "app"))) == []
    assert wheres(rule, draft(written="app")) == []


def test_app_is_written() -> None:
    fix = "Write `app:` with `source:` and `wsgi:` below it."
    told = Issue(("app",), "This section is missing: srv-01, srv-02 and srv-04 would have nothing to run.", fix)
    machines = (runs("app"), runs("app"), runs("web"), runs("app"))
    assert list(ensure_app_is_written(draft(*machines))) == [told]
    assert list(ensure_app_is_written(draft())) == [Issue(("app",), "This section is missing.", fix)]
    assert list(ensure_app_is_written(draft(*machines, written="app"))) == []


def test_one_entry() -> None:
    rule = ensure_one_entry
    assert wheres(rule, draft(app=App(source="app"))) == ["app"]
    three = App(source="app", wsgi="a:b", asgi="a:b", run="x")
    assert wheres(rule, draft(app=three)) == ["app.asgi", "app.run"]
    assert wheres(rule, draft(app=App(source="app", run="x"))) == []
    assert wheres(rule, draft()) == []


def test_web_beside_app() -> None:
    rule = ensure_web_beside_app
    machines = (runs("web"), runs("app"), runs("web", "app"), runs("balancer"))
    assert wheres(rule, draft(*machines)) == ["machines.srv-01.runs", "machines.srv-02.runs"]
    assert wheres(rule, draft(runs("app", "web"), runs("database"))) == []
    assert wheres(rule, draft()) == []


def test_distinct_addresses() -> None:
    rule = ensure_distinct_addresses
    machines = (at("192.0.2.1"), at("192.0.2.2"), at("192.0.2.1"), at(None))
    assert wheres(rule, draft(*machines)) == ["machines.srv-01.address", "machines.srv-03.address"]
    assert wheres(rule, draft(at("192.0.2.1"), at("192.0.2.2"))) == []
    assert wheres(rule, draft()) == []


def test_all_or_no_addresses() -> None:
    rule = ensure_all_or_no_addresses
    assert list(rule(draft(at("192.0.2.1"), at(None)))) == [
        Issue(
            ("machines", "srv-02"),
            "srv-02 has no address, but srv-01 has.",
            "Give all machines an address, or none to make them in the lab.",
        )
    ]
    assert wheres(rule, draft(at("192.0.2.1"), at("192.0.2.2"))) == []
    assert wheres(rule, draft(at(None), at(None))) == []
    assert wheres(rule, draft()) == []


WRITE = "Write addresses of the balancers' network that no machine has."
LEAVE_OUT = "Leave them out: a single balancer has its own address."
OWN, IN_LAB = balancers("192.0.2.1", "192.0.2.2", "192.0.2.3"), balancers(None, None, None)
A, B, C = "192.0.2.7", "192.0.2.8", "192.0.2.9"


@pytest.mark.parametrize(
    ("machines", "balancer", "what", "fix"),
    [
        (OWN, moving(), "0 addresses are written, and 3 balancers need 1.", WRITE),
        (OWN, moving(A, B), "2 addresses are written, and 3 balancers need 1.", WRITE),
        (OWN[:2], moving(mode="active-active"), "0 addresses are written, and 2 balancers need 2.", WRITE),
        (OWN, moving(A, B, mode="active-active"), "2 addresses are written, and 3 balancers need 3.", WRITE),
        (IN_LAB, moving(A, B, mode="active-active"), "2 addresses are written, and 3 balancers need 3.", WRITE),
        (IN_LAB, moving(A, B), "2 addresses are written, and 3 balancers need 1.", WRITE),
        (OWN[:1], moving(A, B), "2 addresses are written, and 1 balancers need 0.", LEAVE_OUT),
        (IN_LAB[:1], moving(A, B), "2 addresses are written, and 1 balancers need 0.", LEAVE_OUT),
    ],
)
def test_as_many_addresses_move_as_the_balancers_need(
    machines: tuple[Machine, ...], balancer: Balancer, what: str, fix: str
) -> None:
    found = list(ensure_virtual_addresses(draft(*machines, balancer=balancer)))
    assert found == [Issue(("balancer", "addresses"), what, fix)]


@pytest.mark.parametrize(
    ("machines", "balancer"),
    [
        (OWN, moving(A)),
        (OWN, moving(A, B, C, mode="active-active")),
        (OWN[:1], moving()),
        (OWN[:1], moving(mode="active-active")),
        (IN_LAB, moving()),
        (IN_LAB, moving(mode="active-active")),
        (IN_LAB, moving(A)),
        (IN_LAB[:1], moving()),
        ((at("192.0.2.1"),), moving()),
        ((), moving(A, B)),
        (OWN, None),
    ],
)
def test_enough_addresses_that_are_nobodys_may_move(machines: tuple[Machine, ...], balancer: Balancer | None) -> None:
    assert list(ensure_virtual_addresses(draft(*machines, balancer=balancer))) == []


def test_the_address_of_a_machine_cannot_move() -> None:
    fix = "Write an address that no machine has."
    taken = moving("192.0.2.2", A, "192.0.2.4", mode="active-active")
    assert list(ensure_virtual_addresses(draft(*OWN, at("192.0.2.4"), balancer=taken))) == [
        Issue(("balancer", "addresses"), "192.0.2.2 is the address of srv-02, and cannot move.", fix),
        Issue(("balancer", "addresses"), "192.0.2.4 is the address of srv-04, and cannot move.", fix),
    ]


def test_each_address_that_moves_is_another() -> None:
    assert list(ensure_virtual_addresses(draft(*OWN[:2], balancer=moving(A, A, mode="active-active")))) != []


IN_NO_LAB = ["192.0.2.9", "10.77.255.254", "10.77.0.0"]


@pytest.mark.parametrize("address", IN_NO_LAB)
def test_what_moves_in_a_lab_is_of_its_network(address: str) -> None:
    what = f"{address} is not an address of the lab's network."
    fix = "Write one from 10.77.0.1 to 10.77.254.255, or leave them out: the lab makes them up."
    found = list(ensure_addresses_of_the_lab(draft(*balancers(None, None), balancer=moving(address))))
    assert found == [Issue(("balancer", "addresses"), what, fix)]


def test_what_moves_in_a_lab_is_no_machines_own() -> None:
    own = derived(["srv-01", "srv-02"])["srv-02"]
    what = f"{own} is the address of srv-02, and cannot move."
    found = list(ensure_addresses_of_the_lab(draft(*balancers(None, None), balancer=moving(own))))
    assert found == [Issue(("balancer", "addresses"), what, "Write an address that no machine has.")]


@pytest.mark.parametrize(
    ("machines", "balancer"),
    [
        (balancers(None, None), moving("10.77.0.1")),
        (balancers(None, None), moving()),
        (balancers("192.0.2.1", "192.0.2.2"), moving("192.0.2.9")),
        (balancers(None), moving("192.0.2.9")),
        (balancers(None, None), None),
    ],
)
def test_other_addresses_move_freely(machines: tuple[Machine, ...], balancer: Balancer | None) -> None:
    assert list(ensure_addresses_of_the_lab(draft(*machines, balancer=balancer))) == []


def test_addresses_that_cannot_move_are_told_with_their_line(tmp_path: Path) -> None:
    machines = """\
  srv-01: {runs: [balancer, web, app], address: 192.0.2.1}
  lb-02: {runs: [balancer], address: 192.0.2.2}
"""
    text = MINIMAL.replace("  srv-01: {runs: [balancer, web, app]}\n", machines) + APP
    assert says(tmp_path, text + "balancer:\n  addresses: [192.0.2.1, 192.0.2.9]\n") == [
        (
            "mainstay.yaml:13: balancer.addresses: 192.0.2.1 is the address of srv-01, and cannot move. "
            "Write an address that no machine has."
        ),
        (
            "mainstay.yaml:13: balancer.addresses: 2 addresses are written, and 2 balancers need 1. "
            "Write addresses of the balancers' network that no machine has."
        ),
    ]


def test_somebody_monitors() -> None:
    rule = ensure_somebody_monitors
    fix = "Add a machine such as `mon-01: {runs: [monitoring]}`, or write `monitoring: off`."
    unless = "Monitoring is on unless you say otherwise, and no machine runs it."
    assert list(rule(draft(runs("app")))) == [Issue(("monitoring",), unless, fix)]
    on = "Monitoring is on, and no machine runs it."
    assert list(rule(draft(runs("app"), written="monitoring"))) == [Issue(("monitoring",), on, fix)]
    assert list(rule(draft())) == []
    assert list(rule(draft(runs("app"), runs("monitoring")))) == []
    assert list(rule(draft(runs("app")).model_copy(update={"monitoring": None}))) == []


def test_who_monitors_has_something_to_do() -> None:
    rule, machines = ensure_monitors_monitor, draft(runs("app"), runs("monitoring"))
    off = machines.model_copy(update={"monitoring": None})
    assert list(rule(off)) == [
        Issue(
            ("machines", "srv-02", "runs"),
            "srv-02 runs monitoring, which is off.",
            "Take monitoring away, or delete `monitoring: off`.",
        )
    ]
    assert list(rule(machines)) == []
    assert list(rule(off.model_copy(update={"broken": frozenset({"monitoring"})}))) == []


def test_a_user_of_the_mail_server_has_a_password() -> None:
    rule = ensure_mail_is_logged_in_for
    mail = Mail(to=("a@b.org",), sender="c@d.org", server="mail.d.org:25", user="c", password="${secret:MAIL}")
    for there, other in (("user", "password"), ("password", "user")):
        alone = Monitoring(mail=mail.model_copy(update={other: None}))
        fix = f"Write `{other}:` beside it, or neither."
        where = ("monitoring", "mail", there)
        found = list(rule(draft().model_copy(update={"monitoring": alone})))
        assert found == [Issue(where, f"There is no {other} that belongs to it.", fix)]
    neither = mail.model_copy(update={"user": None, "password": None})
    for monitoring in (None, Monitoring(), Monitoring(mail=mail), Monitoring(mail=neither)):
        assert list(rule(draft().model_copy(update={"monitoring": monitoring}))) == []


def test_a_certificate_comes_with_its_key() -> None:
    rule = ensure_certificate_and_key
    both = Https(certificate="tls/shop.pem", key="tls/shop.key")
    for https in (None, Https(), both):
        assert wheres(rule, draft().model_copy(update={"https": https})) == []
    for lonely, other in (("certificate", "key"), ("key", "certificate")):
        alone = draft().model_copy(update={"https": both.model_copy(update={other: None})})
        fix = f"Write `{other}:` beside it, or neither: then the site's own authority makes both."
        assert list(rule(alone)) == [Issue(("https", lonely), f"There is no {other} that belongs to it.", fix)]


def test_a_majority_survives_the_loss_of_any_machine() -> None:
    rule = ensure_a_majority_survives
    fix = "Add a machine that runs `witness`, which only votes, or write `failover: manual`."
    what = "Automatic failover needs three machines that vote, so that a majority outlives any one; here "
    where = ("database", "failover")
    assert list(rule(draft(runs("database")))) == [Issue(where, f"{what}is one.", fix)]
    two = draft(runs("database"), runs("database"))
    assert list(rule(two)) == [Issue(where, f"{what}are two.", fix)]
    assert wheres(rule, two.model_copy(update={"database": Database(failover="manual")})) == []
    assert wheres(rule, two.model_copy(update={"database": None})) == []
    assert wheres(rule, draft(runs("database"), runs("database"), runs("witness"))) == []
    assert wheres(rule, draft(runs("app"), runs("balancer"))) == []


def test_a_witness_has_something_to_vote_on() -> None:
    rule = ensure_witnesses_vote
    useful = draft(runs("database"), runs("database"), runs("witness"))
    assert list(rule(useful)) == []
    what = "srv-03 runs witness, and nobody votes without a database whose failover is automatic."
    fix = "Take witness away, or write `failover: automatic`."
    manual = useful.model_copy(update={"database": Database(failover="manual")})
    assert list(rule(manual)) == [Issue(("machines", "srv-03", "runs"), what, fix)]
    assert wheres(rule, useful.model_copy(update={"database": None})) == []
    assert wheres(rule, draft(runs("app"), runs("witness"))) == ["machines.srv-02.runs"]


def test_rules_speak_beside_a_broken_section(tmp_path: Path) -> None:
    text = MINIMAL.replace("app]", "app, database]") + "app: {source: app}\nlab: {port: 0}\ndatabase:\n"
    assert says(tmp_path, text) == [
        "mainstay.yaml:8: app: Nothing says how to start it. Write one of wsgi, asgi, run.",
        "mainstay.yaml:9: lab.port: 0 is not between 1 and 65535.",
        (
            "mainstay.yaml:10: database.failover: Automatic failover needs three machines that vote, so that a "
            "majority outlives any one; here is one. Add a machine that runs `witness`, which only votes, "
            "or write `failover: manual`."
        ),
    ]


def test_rules_keep_silent_about_a_broken_section(tmp_path: Path) -> None:
    text = MINIMAL.replace("app]", "ap]") + "database: {failover: automatc}\napp: {wsgi: 5}\n"
    assert says(tmp_path, text) == [
        'mainstay.yaml:4: machines.srv-01.runs[2]: "ap" is not a role. Did you mean "app"?',
        'mainstay.yaml:8: database.failover: "automatc" is not a kind of failover. Did you mean "automatic"?',
        "mainstay.yaml:9: app.source: This key is missing. Write the application's folder, such as `source: ./app`.",
        'mainstay.yaml:9: app.wsgi: Expected text, found the number 5. Put it in quotes: "5".',
    ]


def test_a_certificate_is_brought_or_asked_for() -> None:
    acme = Acme(email="ops@example.org")
    both = Https(certificate="a.pem", key="a.key", acme=acme)
    (issue,) = ensure_one_source_of_certificates(draft().model_copy(update={"https": both}))
    assert issue.path == ("https", "acme")
    for one in (Https(acme=acme), Https(certificate="a.pem", key="a.key"), Https(), None):
        assert list(ensure_one_source_of_certificates(draft().model_copy(update={"https": one}))) == []


def test_what_may_be_reached_is_said_where_not_everything_may() -> None:
    (issue,) = ensure_reach_has_a_meaning(draft().model_copy(update={"firewall": Firewall(reach=("192.0.2.1",))}))
    assert issue.path == ("firewall", "reach")
    for one in (Firewall(egress="restricted", reach=("192.0.2.1",)), Firewall(egress="restricted"), Firewall(), None):
        assert list(ensure_reach_has_a_meaning(draft().model_copy(update={"firewall": one}))) == []
