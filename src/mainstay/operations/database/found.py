"""Founds the database, and mends it: one primary, all others following it."""

import time
from collections.abc import Callable, Mapping

from mainstay.grounds.errors import GroundError
from mainstay.model.machine import Machine
from mainstay.operations.database import sql
from mainstay.operations.database.accounts import creations, removals, wanted_accounts
from mainstay.operations.database.observe import Member, observe, primary_of
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Report, Site

WAIT_SECONDS = 60.0
SCHEMA = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = %s"
FOLLOW = (
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = 3306, SOURCE_USER = 'replication',"
    " SOURCE_PASSWORD = %s, SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,"
    " SOURCE_RETRY_COUNT = 10000000, SOURCE_HEARTBEAT_PERIOD = 1"
)
SET_ASIDE = (
    "systemctl stop mysql && mv /var/lib/mysql /var/lib/mysql-set-aside-$(date +%Y%m%d-%H%M%S)"
    " && install -d -o mysql -g mysql -m 750 /var/lib/mysql && systemctl start mysql"
)
CLONE_RESTARTS = (2006, 2013, 3707)
"""Error numbers with which CLONE ends when it has succeeded: the server restarts under the connection."""


def found_database(site: Site, report: Report) -> bool:
    """Afterwards one database takes writes, every other follows it, and all accounts are there.

    On machines that hold nothing yet, the first of the file becomes primary; else the primary is found. Gives whether
    anything had to be done.

    Raises:
        OperationError: it cannot be told who is primary, or a database holds what the primary does not.
    """
    databases = site.running("database")
    if not databases:
        return False
    members = _observe_all(site)
    primary = primary_of(members)
    is_new = primary is None
    if primary is None:
        primary = _first_of_the_empty(members, databases)
        report(primary, "becoming the primary database")
        _open_for_writes(site, primary)
    changed = _ensure_accounts(site, primary)
    source = next(m for m in databases if m.name == primary)
    joined = [_ensure_following(site, members[m.name], source, report) for m in databases if m != source]
    for member in members:
        report(member, "")
    return is_new or changed or any(joined)


def _observe_all(site: Site) -> dict[str, Member]:
    """All members; every one must answer, else it cannot be told who is primary."""
    names = [m.name for m in site.running("database")]
    begun = time.monotonic()
    while True:
        members = observe(site.ground.reach(), names)
        silent = [m for m in members.values() if m.trouble]
        if not silent:
            return members
        if time.monotonic() - begun > WAIT_SECONDS:
            raise OperationError(
                f"The database on {silent[0].name} does not answer: {silent[0].trouble}",
                f"See `mainstay logs {silent[0].name} mysql`.",
            )
        time.sleep(0.2)


def _first_of_the_empty(members: Mapping[str, Member], databases: tuple[Machine, ...]) -> str:
    """With no primary in sight, only a set of databases that never held anything may be given one."""
    holding = [m.name for m in members.values() if m.executed or m.source]
    if holding:
        raise OperationError(
            f"No database takes writes, and {', '.join(holding)} hold data: which is right is not ours to guess.",
            "On the one that has all the data: `SET PERSIST super_read_only = OFF; SET PERSIST read_only = OFF`.",
        )
    return databases[0].name


def _open_for_writes(site: Site, machine: str) -> None:
    """Persisted, so that it is primary again after a restart. From now on it is found as the primary."""
    sql.run(
        site.ground.reach(),
        machine,
        "SET PERSIST rpl_semi_sync_source_enabled = ON",
        "SET PERSIST super_read_only = OFF",
        "SET PERSIST read_only = OFF",
    )


def _ensure_accounts(site: Site, primary: str) -> bool:
    """Afterwards the schema and all accounts are on the primary, and by replication everywhere."""
    schema = schema_of(site)
    wanted = wanted_accounts(site.machines, schema)
    passwords = {a.secret: site.vault.secret(a.secret).reveal() for a in wanted if a.secret}
    orders = list(creations(wanted, _existing_accounts(site, primary), passwords))
    if not sql.run(site.ground.reach(), primary, (SCHEMA, (schema,)))[0]:
        orders.insert(0, (f"CREATE DATABASE `{schema}`", ()))
    if orders:
        sql.run(site.ground.reach(), primary, *orders)
    return bool(orders)


def remove_old_accounts(site: Site, report: Report) -> None:
    """Drop the accounts of machines that no longer take part; only once nothing logs in with them any more."""
    if not site.running("database"):
        return
    primary = primary_of(_observe_all(site))
    if primary is None:
        return
    orders = removals(wanted_accounts(site.machines, schema_of(site)), _existing_accounts(site, primary))
    if orders:
        report(primary, "dropping accounts that nobody needs any longer")
        sql.run(site.ground.reach(), primary, *orders)


def schema_of(site: Site) -> str:
    """The name of the application's schema."""
    return site.spec.name.replace("-", "_")


def _existing_accounts(site: Site, primary: str) -> list[tuple[str, str]]:
    rows = sql.run(site.ground.reach(), primary, "SELECT user, host FROM mysql.user WHERE account_locked = 'N'")[0]
    return [(row["user"], row["host"]) for row in rows]


def _ensure_following(site: Site, member: Member, source: Machine, report: Report) -> bool:
    """Afterwards the member follows the primary; one that followed nobody is filled with a copy of its data first."""
    if member.source == source.address and member.is_following:
        return False
    if member.source != source.address:
        _ensure_nothing_of_its_own(site, member, source)
    if not member.source:
        if member.executed:
            report(member.name, "setting its old data aside")
            _set_aside(site, member.name)
        report(member.name, f"copying the database from {source.name}")
        _clone(site, member.name, source)
    report(member.name, f"following {source.name}")
    password = site.vault.secret("database-replication").reveal()
    reach = site.ground.reach()
    sql.run(reach, member.name, "STOP REPLICA", (FOLLOW, (source.address, password)), "START REPLICA")
    _wait_until_following(site, member.name)
    return True


def _ensure_nothing_of_its_own(site: Site, member: Member, source: Machine) -> None:
    """Refuse to join a member that holds a transaction which the primary never had."""
    asked = ("SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed) AS is_known", (member.executed,))
    if not sql.run(site.ground.reach(), source.name, asked)[0][0]["is_known"]:
        raise OperationError(
            f"The database on {member.name} holds transactions that {source.name} never had: {member.executed}.",
            "docs/how-to/replace-a-lost-primary.md says how to save them and bring it back.",
        )


def _set_aside(site: Site, machine: str) -> None:
    """CLONE refuses a read-only server that holds a schema; its old data stays under another name."""
    site.ground.reach().run_or_fail(machine, ("sh", "-c", SET_ASIDE))
    _wait_until(
        lambda: not observe(site.ground.reach(), [machine])[machine].trouble, f"MySQL on {machine} did not start."
    )


def _clone(site: Site, machine: str, source: Machine) -> None:
    password = site.vault.secret("database-replication").reveal()
    donor = f"{source.address}:3306"
    order = ("CLONE INSTANCE FROM 'replication'@%s:3306 IDENTIFIED BY %s REQUIRE SSL", (source.address, password))
    try:
        sql.run(site.ground.reach(), machine, ("SET GLOBAL clone_valid_donor_list = %s", (donor,)), order)
    except sql.SqlError as error:
        if error.number not in CLONE_RESTARTS:
            raise
    _wait_until(lambda: _is_cloned(site, machine), f"The copy on {machine} did not come up.")


def _is_cloned(site: Site, machine: str) -> bool:
    """A restarted server says how its copying ended."""
    try:
        rows = sql.run(site.ground.reach(), machine, "SELECT state FROM performance_schema.clone_status")[0]
    except (sql.SqlError, GroundError):
        return False
    return bool(rows) and rows[0]["state"] == "Completed"


def _wait_until_following(site: Site, machine: str) -> None:
    def is_following() -> bool:
        return observe(site.ground.reach(), [machine])[machine].is_following

    _wait_until(is_following, f"The database on {machine} does not follow. See `mainstay db status`.")


def _wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > WAIT_SECONDS:
            raise OperationError(otherwise)
        time.sleep(0.2)
