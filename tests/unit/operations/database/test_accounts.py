"""Who may log in to the database."""

import pytest

from mainstay.operations.database.accounts import (
    OURS,
    Account,
    Statement,
    acceptances,
    creations,
    ends,
    removals,
    wanted_accounts,
)
from tests.builders import a_machine

LB = a_machine("lb-01", "10.77.0.1", "balancer")
MON = a_machine("mon-01", "10.77.0.5", "monitoring")
ONE = a_machine("srv-01", "10.77.0.2", "web app database")
TWO = a_machine("srv-02", "10.77.0.3", "web app")
THREE = a_machine("srv-03", "10.77.0.4", "database")
WANTED = wanted_accounts((LB, ONE, TWO, THREE, MON, MON), "my_shop")
PASSWORDS = {"database-application": "pa", "database-reader": "pr", "database-replication": "pp"}


def test_each_machine_has_the_accounts_that_its_tiers_need_and_no_other() -> None:
    whole, reads = ("ALL PRIVILEGES ON `my\\_shop`.*",), ("SELECT, SHOW VIEW ON `my\\_shop`.*",)
    follows, asks = ("REPLICATION SLAVE, BACKUP_ADMIN ON *.*",), ("REPLICATION CLIENT ON *.*",)
    assert (
        Account("application", "10.77.0.2", "database-application", whole),
        Account("application", "10.77.0.3", "database-application", whole),
        Account("reader", "10.77.0.2", "database-reader", reads),
        Account("reader", "10.77.0.3", "database-reader", reads),
        Account("replication", "10.77.0.2", "database-replication", follows),
        Account("replication", "10.77.0.4", "database-replication", follows),
        Account("mainstay-role", "localhost", "", asks),
        Account(
            "prometheus",
            "localhost",
            "",
            ("PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON `performance_schema`.*"),
        ),
    ) == WANTED


def test_nobody_measures_where_nothing_is_measured() -> None:
    assert "prometheus" not in {account.user for account in wanted_accounts((LB, ONE, TWO, THREE), "my_shop")}


def test_nobody_may_do_more_than_the_least() -> None:
    grants = [grant for account in WANTED for grant in account.grants]
    assert [grant for grant in grants if "WITH GRANT OPTION" in grant or "SUPER" in grant] == []
    assert {grant for grant in grants if grant.startswith("ALL") and "ON *.*" in grant} == set()
    assert [account for account in WANTED if "%" in account.host] == []


def test_an_account_is_made_with_its_password_over_tls_and_its_rights() -> None:
    (application, role) = (WANTED[0], WANTED[-2])
    assert creations((application, role), [("root", "localhost")], PASSWORDS) == (
        (
            "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s REQUIRE SSL ACCOUNT LOCK",
            ("application", "10.77.0.2", "pa"),
        ),
        ("GRANT ALL PRIVILEGES ON `my\\_shop`.* TO %s@%s", ("application", "10.77.0.2")),
        ("ALTER USER %s@%s ACCOUNT UNLOCK", ("application", "10.77.0.2")),
        (
            "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED WITH auth_socket ACCOUNT LOCK",
            ("mainstay-role", "localhost"),
        ),
        ("GRANT REPLICATION CLIENT ON *.* TO %s@%s", ("mainstay-role", "localhost")),
        ("ALTER USER %s@%s ACCOUNT UNLOCK", ("mainstay-role", "localhost")),
    )


def carried_out(statements: tuple[Statement, ...], existing: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The accounts of a server that are not locked after these statements."""
    made = [(given[0], given[1]) for text, given in statements if text.endswith("UNLOCK")]
    dropped = [(given[0], given[1]) for text, given in statements if text.startswith("DROP USER")]
    return [who for who in (*existing, *made) if who not in dropped]


@pytest.mark.parametrize("done", range(len(WANTED) + 1))
def test_only_what_is_missing_is_made(done: int) -> None:
    existing = [(account.user, account.host) for account in WANTED[:done]]
    made = carried_out(creations(WANTED, existing, PASSWORDS), existing)
    assert made == [(account.user, account.host) for account in WANTED]
    assert creations(WANTED, made, PASSWORDS) == ()
    assert removals(WANTED, made) == ()


def test_the_accounts_of_a_machine_that_is_gone_are_dropped_and_those_of_others_left_alone() -> None:
    others = [("root", "localhost"), ("mysql.sys", "localhost"), ("backup", "10.77.0.4")]
    existing = [*others, *((account.user, account.host) for account in WANTED)]
    fewer = wanted_accounts((LB, ONE, TWO, MON), "my_shop")
    orders = removals(fewer, existing)
    assert orders == (("DROP USER %s@%s", ("replication", "10.77.0.4")),)
    assert carried_out(orders, existing) == [*others, *((account.user, account.host) for account in fewer)]


def test_every_account_is_known_as_ours() -> None:
    assert {account.user for account in WANTED} == {*OURS}


def test_a_run_that_breaks_off_anywhere_is_finished_by_the_next() -> None:
    statements = creations(WANTED, [], PASSWORDS)
    everyone = [(account.user, account.host) for account in WANTED]
    for done in range(len(statements) + 1):
        first = statements[:done]
        finished = carried_out(first, [])
        second = creations(WANTED, finished, PASSWORDS)
        granted = [given for text, given in (*first, *second) if text.startswith("GRANT")]
        assert list(dict.fromkeys(granted)) == everyone
        assert carried_out(second, finished) == everyone


def test_an_account_that_is_not_locked_has_all_its_rights() -> None:
    for account in WANTED:
        created, *granted, unlocked = (text for text, _ in creations((account,), [], PASSWORDS))
        assert (created.endswith("ACCOUNT LOCK"), unlocked) == (True, "ALTER USER %s@%s ACCOUNT UNLOCK")
        assert granted == [f"GRANT {grant} TO %s@%s" for grant in account.grants]


Passwords = dict[tuple[str, str], list[str]]


def let_in(statements: tuple[Statement, ...], before: Passwords) -> Passwords:
    """By which passwords each account is let in after these statements, as MySQL has it: the newest first."""
    after = {who: [*words] for who, words in before.items()}
    for text, given in statements:
        who = (given[0], given[1])
        if "RETAIN CURRENT PASSWORD" in text:
            after[who] = [given[2], after[who][0]]
        elif "DISCARD OLD PASSWORD" in text:
            after[who] = after[who][:1]
    return after


def has_two(passwords: Passwords) -> dict[tuple[str, str], bool]:
    return {who: len(words) > 1 for who, words in passwords.items()}


def test_a_new_password_is_let_in_beside_the_old_wherever_a_run_breaks_off() -> None:
    before = {(account.user, account.host): [f"old {account.user}"] for account in WANTED if account.secret}
    others = {("root", "localhost"): ["root's"], ("backup", "10.77.0.4"): ["new", "old"]}
    new = {"database-application": "pa"}
    orders = acceptances(WANTED, has_two({**before, **others}), new)
    for done in range(len(orders) + 1):
        broken_off = let_in(orders[:done], {**before, **others})
        found = let_in(acceptances(WANTED, has_two(broken_off), new), broken_off)
        assert {who: words for who, words in found.items() if who[0] == "application"} == {
            ("application", host): ["pa", "old application"] for host in ("10.77.0.2", "10.77.0.3")
        }
        ended = let_in(ends(has_two(found)), found)
        assert ended == {
            **before,
            **others,
            **{("application", host): ["pa"] for host in ("10.77.0.2", "10.77.0.3")},
        }


def test_an_account_that_is_still_to_be_made_needs_no_second_password() -> None:
    assert acceptances(WANTED, {}, PASSWORDS) == ()
