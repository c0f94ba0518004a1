"""Brings one database to follow the primary."""

from collections.abc import Callable

from mainstay.components.mysql.component import AUTHORITY
from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.model.machine import Machine
from mainstay.operations.database import sql
from mainstay.operations.database.observe import Member, observe
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.waiting import wait

WAIT_SECONDS = 60.0
FOLLOW = (
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = 3306, SOURCE_USER = 'replication',"
    f" SOURCE_PASSWORD = %s, SOURCE_SSL = 1, SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_SSL_CA = '{AUTHORITY}',"
    " SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,"
    " SOURCE_RETRY_COUNT = 10000000, SOURCE_HEARTBEAT_PERIOD = 1"
)
SET_ASIDE = (
    "systemctl stop mysql && mv /var/lib/mysql /var/lib/mysql-set-aside-$(date +%Y%m%d-%H%M%S)"
    " && install -d -o mysql -g mysql -m 750 /var/lib/mysql && systemctl start mysql"
)
CLONE_RESTARTS = (2006, 2013, 3707)
"""Error numbers with which CLONE ends when it has succeeded: the server restarts under the connection."""


def ensure_following(site: Site, member: Member, source: Machine, report: Report) -> bool:
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
    """Refuse to join a member that holds what the primary never had: a transaction, or a schema without any."""
    if member.has_schemas and not member.executed:
        raise OperationError(
            f"The MySQL on {member.name} holds schemas that Mainstay did not make.",
            "Move them away first: joining would replace all it holds.",
        )
    asked = ("SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed) AS is_known", (member.executed,))
    if not sql.run(site.ground.reach(), source.name, asked)[0][0]["is_known"]:
        raise OperationError(
            f"The database on {member.name} holds transactions that {source.name} never had: {member.executed}.",
            "docs/how-to/replace-a-lost-primary.md says how to save them and bring it back.",
        )


def _set_aside(site: Site, machine: str) -> None:
    """CLONE refuses a read-only server that holds a schema; its old data stays under another name."""
    reach = site.ground.reach()
    reach.run_or_fail(machine, ("sh", "-c", SET_ASIDE))
    _ensure_soon(lambda: not observe(reach, [machine])[machine].trouble, f"MySQL on {machine} did not start.")


def _clone(site: Site, machine: str, source: Machine) -> None:
    password = site.vault.secret("database-replication").reveal()
    donor = f"{source.address}:3306"
    order = ("CLONE INSTANCE FROM 'replication'@%s:3306 IDENTIFIED BY %s REQUIRE SSL", (source.address, password))
    try:
        sql.run(site.ground.reach(), machine, ("SET GLOBAL clone_valid_donor_list = %s", (donor,)), order)
    except sql.SqlError as error:
        if error.number not in CLONE_RESTARTS:
            raise
    _ensure_soon(lambda: _is_cloned(site, machine), f"The copy on {machine} did not come up.")


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

    _ensure_soon(is_following, f"The database on {machine} does not follow. See `mainstay db status`.")


def _ensure_soon(is_so: Callable[[], bool], otherwise: str) -> None:
    """Wait until it is so.

    Raises:
        OperationError: it is not within a minute.
    """
    if not wait(is_so, WAIT_SECONDS):
        raise OperationError(otherwise)
