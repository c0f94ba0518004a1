"""Founds the database, and mends it: one primary, all others following it."""

from collections.abc import Mapping

from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from mainstay.operations.database import sql
from mainstay.operations.database.accounts import creations, removals, wanted_accounts
from mainstay.operations.database.join import ensure_following
from mainstay.operations.database.keepers import ensure_founded, wait_for_primary, wait_until_armed
from mainstay.operations.database.observe import Member, observe, primary_of
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

WAIT_SECONDS = 60.0
SCHEMA = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = %s"


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
    if site.spec.is_failover_automatic:
        return _found_with_keepers(site, report)
    members = _observe_all(site)
    primary = primary_of(members)
    is_new = primary is None
    if primary is None:
        primary = _first_of_the_empty(members, databases)
        report(primary, "becoming the primary database")
        _open_for_writes(site, primary)
    changed = _ensure_accounts(site, primary)
    source = next(m for m in databases if m.name == primary)
    joined = [ensure_following(site, members[m.name], source, report) for m in databases if m != source]
    for member in members:
        report(member, "")
    return is_new or changed or any(joined)


def _found_with_keepers(site: Site, report: Report) -> bool:
    """The keepers need one word, once: who is the first. All else they do themselves, and are waited for."""
    is_new = ensure_founded(site, report)
    primary = wait_for_primary(site, report)
    changed = _ensure_accounts(site, primary)
    wait_until_armed(site, report)
    return is_new or changed


def found_primary(site: Site) -> str:
    """The primary of a database that was founded before.

    Raises:
        OperationError: a database does not answer, or none takes writes.
    """
    if (primary := primary_of(_observe_all(site))) is None:
        raise OperationError("No database takes writes.", "See `mainstay db status`.")
    return primary


def _observe_all(site: Site) -> dict[str, Member]:
    """All members; every one must answer, else it cannot be told who is primary."""
    names = [m.name for m in site.running("database")]
    members: dict[str, Member] = {}

    def have_answered() -> bool:
        members.update(observe(site.ground.reach(), names))
        return not any(member.trouble for member in members.values())

    if not wait(have_answered, WAIT_SECONDS):
        silent = next(member for member in members.values() if member.trouble)
        raise OperationError(
            f"The database on {silent.name} does not answer: {silent.trouble}",
            f"See `mainstay logs {silent.name} mysql`.",
        )
    return members


def _first_of_the_empty(members: Mapping[str, Member], databases: tuple[Machine, ...]) -> str:
    """With no primary in sight, only a set of databases that never held anything may be given one."""
    holding = [m.name for m in members.values() if m.executed or m.source or m.has_schemas]
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
