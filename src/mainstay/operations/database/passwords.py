"""New passwords for accounts that are in use: for a while each has two, so that no login fails."""

from mainstay.grounds.ground import Report
from mainstay.operations.database import sql
from mainstay.operations.database.accounts import REPLICATION, acceptances, ends, wanted_accounts
from mainstay.operations.database.found import found_primary, remove_old_accounts, schema_of
from mainstay.operations.site import Site

TWOFOLD = (
    "SELECT user, host, COALESCE(JSON_CONTAINS_PATH(user_attributes, 'one', '$.additional_password'), 0) AS has_two"
    " FROM mysql.user"
)
FOLLOW_BY = "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = %s"


def accept_renewed(site: Site, report: Report) -> None:
    """Afterwards the database lets in by the renewed passwords, and still by those before them.

    Raises:
        OperationError: a database does not answer, or none takes writes.
    """
    renewed = site.vault.passwords.renewed()
    if not renewed or not site.running("database"):
        return
    primary = found_primary(site)
    report(primary, "letting in by new passwords, too")
    passwords = {name: site.vault.secret(name).reveal() for name in renewed}
    wanted = wanted_accounts(site.machines, schema_of(site))
    sql.run(site.ground.reach(), primary, *acceptances(wanted, _twofold(site, primary), passwords))


def end_old_logins(site: Site, report: Report) -> None:
    """Once every machine is as it should be: accounts that nobody needs any longer go, and so do former passwords.

    Raises:
        OperationError: a database does not answer, or none takes writes.
    """
    remove_old_accounts(site, report)
    renewed = site.vault.passwords.renewed()
    if renewed and site.running("database"):
        primary = found_primary(site)
        report(primary, "letting in by the former passwords no longer")
        if f"database-{REPLICATION}" in renewed:
            _follow_anew(site, primary)
        sql.run(site.ground.reach(), primary, *ends(_twofold(site, primary)))
    site.vault.passwords.end_renewals()


def _follow_anew(site: Site, primary: str) -> None:
    """One replica after the other: COMMITs that wait for an acknowledgement wait while none is connected."""
    change = (FOLLOW_BY, (site.vault.secret(f"database-{REPLICATION}").reveal(),))
    for machine in site.running("database"):
        if machine.name != primary:
            stop, start = "STOP REPLICA IO_THREAD", "START REPLICA IO_THREAD"
            sql.run(site.ground.reach(), machine.name, stop, change, start)


def _twofold(site: Site, primary: str) -> dict[tuple[str, str], bool]:
    """Of every account, whether it has two passwords."""
    rows = sql.run(site.ground.reach(), primary, TWOFOLD)[0]
    return {(row["user"], row["host"]): bool(row["has_two"]) for row in rows}
