"""The distributed design serves: requests are shared, files come from Nginx, writes and reads go where they belong.

Each test leaves everything running as it found it; entries that visitors wrote stay.
"""

import json

from tests.lab.site import LabSite
from tests.lab.waiting import becomes

PRIMARY, REPLICA = "srv-01", "srv-02"
SERVERS = (PRIMARY, REPLICA)
# The socket, too: while systemd holds it, the next request starts the service again.
APPLICATION = ("mainstay-app.socket", "mainstay-app.service")

# What an application that mistook one address or account for the other would do.
WRITE_EVERYWHERE = """
import os, ssl, urllib.parse
import pymysql

context = ssl.create_default_context(cafile=os.environ["DATABASE_CA"])
primary, replica = (urllib.parse.urlsplit(os.environ[n]) for n in ("DATABASE_URL", "DATABASE_REPLICA_URL"))
for where, place in (("primary", primary), ("replica", replica)):
    for account in (primary, replica):
        try:
            with pymysql.connect(
                host=place.hostname, port=place.port, user=account.username, password=account.password,
                database=place.path[1:], ssl=context, autocommit=True,
            ) as connection, connection.cursor() as cursor:
                cursor.execute("DELETE FROM entries WHERE id = 0")
            print(where, account.username, "obeyed")
        except pymysql.MySQLError as error:
            print(where, account.username, error.args[0])
"""

CONNECT_IN_THE_CLEAR = """
import os, urllib.parse
import pymysql

for name in ("DATABASE_URL", "DATABASE_REPLICA_URL"):
    url = urllib.parse.urlsplit(os.environ[name])
    try:
        pymysql.connect(
            host=url.hostname, port=url.port, user=url.username, password=url.password, database=url.path[1:],
            ssl_disabled=True,
        )
        print("let in")
    except pymysql.MySQLError as error:
        print("refused", error.args[0])
"""


def test_two_hundred_requests_are_shared_in_strict_turns(site: LabSite) -> None:
    """One after the other, each on a connection of its own."""
    servers = site.servers(200)
    assert (servers.count(PRIMARY), servers.count(REPLICA)) == (100, 100)
    assert [number for number in range(199) if servers[number] == servers[number + 1]] == []


def test_files_are_served_while_the_application_is_stopped_everywhere(site: LabSite) -> None:
    on_disk = (site.project / "app" / "static" / "style.css").read_bytes()
    for server in SERVERS:
        site.runs(server, "systemctl", "stop", *APPLICATION)
    try:
        becomes("No page", lambda: site.get("/").status, lambda status: status in (502, 503), within=3)
        answers = [site.get("/static/style.css") for _ in range(10)]
        assert [(answer.status, answer.body) for answer in answers] == [(200, on_disk)] * 10
        assert {answer.server for answer in answers} == {""}  # the application names its server in every answer
        assert "max-age" in answers[0].headers["cache-control"]
    finally:
        for server in SERVERS:
            site.runs(server, "systemctl", "start", *APPLICATION)
    site.takes_turns(*SERVERS, within=30)
    assert site.get("/").status == 200


def test_long_text_files_come_compressed(site: LabSite) -> None:
    assert site.get("/static/style.css").headers.get("content-encoding") is None
    assert site.get("/static/style.css", headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_a_request_for_an_unknown_host_is_refused(site: LabSite) -> None:
    for path in ("/", "/static/style.css", "/up"):
        answer = site.get(path, headers={"Host": "nobody.example"})
        assert (answer.status, answer.server) == (421, "")
    assert site.get("/", headers={"Host": "shop.test"}).status == 200


def test_no_answer_tells_a_version(site: LabSite) -> None:
    refused = site.get("/", headers={"Host": "nobody.example"})
    for answer in (site.get("/"), site.get("/static/style.css"), site.get("/static/none"), refused):
        assert not any(sign.isdigit() for sign in answer.headers["server"]), answer.headers
        assert "nginx/" not in answer.text
        assert "x-powered-by" not in answer.headers


def test_every_answer_carries_a_request_id_that_the_logs_know(site: LabSite) -> None:
    identifier = site.get("/whoami").headers["x-request-id"]

    def logged_on() -> set[str]:
        found = {name for name in ("lb-01", *SERVERS) if identifier in site.does("logs", name, "-n", "200")}
        return {"balancer" if name == "lb-01" else "server" for name in found}

    becomes("The request's id in the logs", logged_on, lambda seen: seen == {"balancer", "server"}, within=5)


def test_a_visitor_cannot_pretend_to_be_someone_else(site: LabSite) -> None:
    site.get("/whoami", headers={"X-Forwarded-For": "203.0.113.7", "X-Request-ID": "mine"})
    logs = site.does("logs", "-n", "50", PRIMARY, "nginx") + site.does("logs", "-n", "50", REPLICA, "nginx")
    assert "/whoami" in logs
    assert "203.0.113.7" not in logs
    assert '"mine"' not in logs


def test_an_entry_is_written_on_the_primary_and_read_from_the_replica(site: LabSite) -> None:
    told = site.whoami()
    assert (told["write_host"], told["read_host"]) == (site.status()["database"]["primary"], REPLICA)
    written = site.post("/entries", {"author": "Ada", "message": "There and back"})
    assert written.status == 201
    question = f"SELECT author, message FROM mst_shop.entries WHERE id = {written.json()['id']}"
    rows = becomes("The entry on the replica", lambda: site.sql(REPLICA, question), lambda rows: rows != "", within=1)
    assert rows == "Ada\tThere and back"
    shown = site.get(f"/entries/{written.json()['id']}")
    assert (shown.status, shown.json()["author"]) == (200, "Ada")
    assert "There and back" in site.get("/").text


def test_every_entry_is_on_the_replica_within_a_second_of_its_answer(site: LabSite) -> None:
    """Read through the site, fast enough to see it: the way by the program takes longer than the second itself."""
    for number in range(20):
        identifier = site.post("/entries", {"author": "Grace", "message": f"Number {number}"}).json()["id"]
        site.shows(f"/entries/{identifier}", within=1)


def test_the_database_is_as_the_status_says(site: LabSite) -> None:
    told = site.is_healthy(within=10)
    assert told["database"] == {"primary": PRIMARY, "replicas": {REPLICA: {"lag_seconds": 0, "sync": True}}}
    assert (told["name"], told["ground"]) == ("mst-shop", "lab")
    assert told["endpoints"]["site"] == "http://127.0.0.1:18110"
    parts = {name: list(machine["components"]) for name, machine in told["machines"].items()}
    all_parts = ["base", "mysql", "haproxy", "app", "nginx"]
    assert parts == {"lb-01": ["base", "haproxy"], PRIMARY: all_parts, REPLICA: all_parts}


def test_a_write_sent_to_the_replicas_address_is_refused(site: LabSite) -> None:
    """By MySQL itself: 1290 is its word for a server that is read-only, 1142 for an account without the right."""
    said = site.tries_as_app(PRIMARY, WRITE_EVERYWHERE)
    assert said.output.splitlines() == [
        "primary application obeyed",
        "primary reader 1142",
        "replica application 1290",
        "replica reader 1290",
    ], said
    as_root = site.tries_on(REPLICA, "mysql", "-e", "CREATE DATABASE nonsense")
    assert as_root.status != 0
    assert "ERROR 1290" in as_root.errors


def test_nobody_is_let_in_to_the_database_without_encryption(site: LabSite) -> None:
    said = site.tries_as_app(PRIMARY, CONNECT_IN_THE_CLEAR)
    lines = said.output.split("\n")[:2]
    assert len(lines) == 2, said
    assert all(line.startswith("refused") for line in lines), said


def test_replication_is_encrypted_and_nothing_has_more_rights_than_it_needs(site: LabSite) -> None:
    assert site.sql(REPLICA, "SELECT ssl_allowed FROM performance_schema.replication_connection_configuration") == "YES"
    accounts = site.sql(PRIMARY, "SELECT DISTINCT user FROM mysql.user WHERE user NOT LIKE 'mysql.%' ORDER BY user")
    assert accounts.split() == ["application", "mainstay-role", "reader", "replication", "root"]


def test_no_password_is_where_others_may_read_it(site: LabSite) -> None:
    """On the machines, in what runs there, in what `plan` prints, beside the file: each is looked through whole."""
    vault = site.kept / "secrets.json"
    assert f"{vault.stat().st_mode & 0o777:o}" == "600"
    secrets = json.loads(vault.read_text())
    assert len(secrets) >= 3
    for secret in secrets.values():
        readable = "find /etc /usr/local /srv /var /run /tmp /opt /home -xdev -type f -perm /o=r -print0"
        grep = f"{readable} | xargs -0 grep -lFs {secret}; ps axww -o args= | grep -vF grep | grep -F {secret}; true"
        assert {name: site.runs(name, "sh", "-c", grep) for name in ("lb-01", *SERVERS)} == {
            "lb-01": "",
            PRIMARY: "",
            REPLICA: "",
        }
        assert secret not in site.does("plan", "-o", "json")
        beside = [path for path in site.kept.parent.rglob("*") if path.is_file() and path != vault]
        assert [path for path in beside if secret in path.read_text(errors="replace")] == []
