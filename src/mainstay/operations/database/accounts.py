"""Who may log in to the database: each account with the least it needs, from named addresses only. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mainstay.model.machine import Machine

APPLICATION, READER, REPLICATION, ROLE, MEASURER = (
    "application", "reader", "replication", "mainstay-role", "prometheus",
)  # fmt: skip
MEASURES = ("PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON `performance_schema`.*")
Statement = tuple[str, tuple[str, ...]]
OURS = (APPLICATION, READER, REPLICATION, ROLE, MEASURER)


@dataclass(frozen=True)
class Account:
    """A MySQL account; `secret` names its password in the vault, "" means by the local socket."""

    user: str
    host: str
    secret: str
    grants: tuple[str, ...]


def wanted_accounts(machines: Collection[Machine], schema: str) -> tuple[Account, ...]:
    """Every account the site needs.

    The application reads and writes its own schema; the reader only reads it; replication may follow and clone; the
    answerer of roles may only ask who follows whom; who measures may look at the server's figures.
    """
    applications = [m for m in machines if "app" in m.roles]
    databases = [m for m in machines if "database" in m.roles]
    own = f"ON `{escaped(schema)}`.*"
    return (
        *(Account(APPLICATION, m.address, "database-application", (f"ALL PRIVILEGES {own}",)) for m in applications),
        *(Account(READER, m.address, "database-reader", (f"SELECT, SHOW VIEW {own}",)) for m in applications),
        *(
            Account(REPLICATION, m.address, "database-replication", ("REPLICATION SLAVE, BACKUP_ADMIN ON *.*",))
            for m in databases
        ),
        Account(ROLE, "localhost", "", ("REPLICATION CLIENT ON *.*",)),
        *(Account(MEASURER, "localhost", "", MEASURES) for _ in [m for m in machines if "monitoring" in m.roles][:1]),
    )


def creations(
    wanted: Collection[Account], existing: Collection[tuple[str, str]], passwords: Mapping[str, str]
) -> tuple[Statement, ...]:
    """The statements that create the accounts which are missing."""
    missing = (account for account in wanted if (account.user, account.host) not in existing)
    return tuple(statement for account in missing for statement in _creation(account, passwords))


def removals(wanted: Collection[Account], existing: Collection[tuple[str, str]]) -> tuple[Statement, ...]:
    """The statements that drop those accounts of ours that nobody needs any longer."""
    kept = {(account.user, account.host) for account in wanted}
    return tuple(("DROP USER %s@%s", who) for who in existing if who[0] in OURS and who not in kept)


def acceptances(
    wanted: Collection[Account], twofold: Mapping[tuple[str, str], bool], passwords: Mapping[str, str]
) -> tuple[Statement, ...]:
    """The statements by which accounts take a new password and keep the old one beside it, for as long as it is used.

    Of `twofold`, which holds all accounts that are there, those that have two already are passed over: a second time
    would put the new one in the old one's place.
    """
    due = (a for a in wanted if a.secret in passwords and twofold.get((a.user, a.host)) is False)
    return tuple(
        ("ALTER USER %s@%s IDENTIFIED BY %s RETAIN CURRENT PASSWORD", (a.user, a.host, passwords[a.secret]))
        for a in due
    )


def ends(twofold: Mapping[tuple[str, str], bool]) -> tuple[Statement, ...]:
    """The statements by which accounts of ours that have two passwords forget the old one."""
    due = (who for who, has_two in twofold.items() if has_two and who[0] in OURS)
    return tuple(("ALTER USER %s@%s DISCARD OLD PASSWORD", who) for who in due)


def _creation(account: Account, passwords: Mapping[str, str]) -> Iterator[Statement]:
    """Locked until it has all its rights: a run that breaks off in between leaves nothing that counts as done."""
    who = (account.user, account.host)
    if account.secret:
        yield (
            "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s REQUIRE SSL ACCOUNT LOCK",
            (*who, passwords[account.secret]),
        )
    else:
        yield "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED WITH auth_socket ACCOUNT LOCK", who
    for grant in account.grants:
        yield f"GRANT {grant} TO %s@%s", who
    yield "ALTER USER %s@%s ACCOUNT UNLOCK", who


def escaped(schema: str) -> str:
    """The schema's name in a GRANT, where `_` alone would stand for any character."""
    return schema.replace("_", r"\_")
