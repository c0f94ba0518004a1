"""Programs for a database machine, run as its root: clients that no balancer stands before, and who ends MySQL."""

REOPENED = "reopened"

_MYSQLD = """
import json, os, signal, subprocess, threading, time

UNIT = ("systemctl", "show", "--property=MainPID", "--value", "mysql.service")
MYSQLD = int(subprocess.run(UNIT, capture_output=True, check=True).stdout)
"""

DIES_UNDER_A_CLIENT = (
    _MYSQLD
    + f"""
import pymysql

MESSAGE = f"unacknowledged-{{time.time_ns()}}"

def ask(statement, *given):
    how = dict(unix_socket="/run/mysqld/mysqld.sock", user="root", autocommit=True, connect_timeout=5, read_timeout=20)
    with pymysql.connect(**how) as connection, connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()

def insert(message):
    try:
        ask("INSERT INTO mst_failover.entries (author, message, created_at) VALUES ('Ada', %s, NOW())", message)
    except pymysql.MySQLError as error:
        return error.args[0]
    return 0

def count(name):
    return int(ask("SHOW GLOBAL STATUS LIKE %s", "Rpl_semi_sync_source_" + name)[0][1])

told = {{}}
client = threading.Thread(target=lambda: told.update(outcome=insert(MESSAGE)))
client.start()
while client.is_alive() and count("wait_sessions") == 0:
    time.sleep(0.01)
told["visible"] = ask("SELECT COUNT(*) FROM mst_failover.entries WHERE message = %s", MESSAGE)[0][0]
os.kill(MYSQLD, signal.SIGKILL)
client.join()
while insert("{REOPENED}") != 0:
    time.sleep(0.001)
told["waited"] = count("tx_waits")
print(json.dumps(told))
"""
)
"""While a COMMIT waits its MySQL is killed; then others are tried until one is acknowledged.

Tells the error `outcome` of the first (0: it was acknowledged), how often its row was `visible` to another client while
it waited, and how many of the COMMITs of the new MySQL had `waited`.
"""

DIES_ONCE_ANOTHER_STANDS_BY = (
    _MYSQLD
    + """
def status():
    order = ("/usr/local/lib/mainstay/mainstay-keeper", "order", "status")
    return json.loads(subprocess.run(order, capture_output=True, check=True).stdout)["cluster"]

while (told := status())["leader"] != MACHINE or not set(told["sync"]) - {MACHINE}:
    time.sleep(0.05)
os.kill(MYSQLD, signal.SIGKILL)
"""
)
"""MySQL of this machine, MACHINE, is killed as soon as it is primary and another could take over.

Before it is opened it leads already, and the record still names it as the one that could take over.
"""
