"""Whatever goes wrong is told, once, to everybody who is named, and so is its end.

One lab for the file: a balancer, a server, two machines that monitor, and a post office in their network.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from mainstay.compiler.compile import compile_plan
from mainstay.spec import load
from tests.dashboards import Asked, asked
from tests.lab import computer
from tests.lab.load import no_request_failed
from tests.lab.pebble import ADDRESS as POST_ADDRESS
from tests.lab.pebble import make_door
from tests.lab.post_office import HOOK, MAIL, PASSWORD, USER, PostOffice, post_office
from tests.lab.site import LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-monitor",)

PORT, DOOR = 18220, 18221
MONITORS = ("mon-01", "mon-02")
LAST_WORDS, FIRST_WORDS = "last-words-5c1e", "first-words-77d0"
COPIES = ("journalctl", "--directory=/var/log/journal/remote", "--no-pager", "--lines=1000")
HOOK_PATH = "/take/token-8d1f"
FILE = f"""\
name: mst-monitor
domain: shop.test
machines:
  lb-01:  {{ runs: [balancer] }}
  srv-01: {{ runs: [web, app, database] }}
  mon-01: {{ runs: [monitoring] }}
  mon-02: {{ runs: [monitoring] }}
app: {{ source: ./app, wsgi: "guestbook:app", release: flask db upgrade, metrics: /metrics }}
database: {{ failover: manual }}
https: on
firewall: on
monitoring:
  mail:
    to: [ops@example.org]
    sender: alerts@example.org
    server: {POST_ADDRESS}:{MAIL}
    user: {USER}
    password: ${{secret:MAIL_PASSWORD}}
    authority: ./mail.pem
  webhook: {{ url: "${{secret:HOOK}}" }}
lab: {{ port: {PORT} }}
"""
BY_TLS = """
import http.client, json, ssl, sys, time, urllib.parse
def line_to(address, purpose):
    folder = "/etc/mainstay/tls/" + purpose
    context = ssl.create_default_context(cafile=folder + "/authority.pem")
    context.load_cert_chain(folder + "/identity.pem")
    host, port = address.split(":")
    return http.client.HTTPSConnection(host, int(port), timeout=10, context=context)
"""
ASK = f"""{BY_TLS}
address, path, purpose = sys.argv[1:]
line = line_to(address, purpose)
line.request("GET", path)
print(line.getresponse().read().decode())
"""
ASK_MANY = f"""{BY_TLS}
address, questions = sys.argv[1], json.loads(sys.argv[2])
line = line_to(address, "prometheus")
counts = []
for question in questions:
    line.request("GET", "/api/v1/query?" + urllib.parse.urlencode({{"query": question}}))
    answer = json.loads(line.getresponse().read())
    counts.append(len(answer["data"]["result"]) if answer["status"] == "success" else answer["error"])
print(json.dumps(counts))
"""
KEEPS_ASKING = f"""{BY_TLS}
while True:
    line = line_to(sys.argv[1], "alertmanager")
    line.request("GET", "/api/v2/alerts")
    for alert in json.loads(line.getresponse().read()):
        told = [alert["labels"].get(name, "-") for name in ("severity", "alertname", "machine")]
        print(alert["status"]["state"], *told, flush=True)
    time.sleep(0.5)
"""
KEPT, OUTAGE = "/run/mst-alerts", ("active", "critical")
JOBS = {
    "alertmanager", "app", "blackbox_exporter", "haproxy", "journal_remote", "mysqld_exporter",
    "nginx_exporter", "node_exporter", "prometheus",
}  # fmt: skip
WITHOUT_CERTIFICATE = """
import http.client, ssl, sys
context = ssl._create_unverified_context()
host, port = sys.argv[1].split(":")
connection = http.client.HTTPSConnection(host, int(port), timeout=5, context=context)
try:
    connection.request("GET", "/metrics")
    print(connection.getresponse().status)
except (OSError, http.client.HTTPException) as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LabSite, PostOffice]]:
    with lab_site("mst-monitor", PORT, "simple") as lab:
        folder = tmp_path_factory.mktemp("post")
        make_door(folder)
        lab.file.write_text(FILE)
        (lab.project / "mail.pem").write_text((folder / "door.pem").read_text())
        lab.does("secret", "set", "MAIL_PASSWORD", given=PASSWORD)
        lab.does("secret", "set", "HOOK", given=f"http://{POST_ADDRESS}:{HOOK}{HOOK_PATH}")
        lab.up()
        with post_office("mst-monitor", folder) as post:
            yield lab, post
        for name in ("MAIL_PASSWORD", "HOOK"):
            lab.tries("secret", "remove", name, "-y")  # they would outlive the lab


def address_of(lab: LabSite, machine: str) -> str:
    return next(known.address for known in compile_plan(load(lab.file), "").machines if known.name == machine)


def prometheus(lab: LabSite, machine: str, path: str) -> Any:
    """What the Prometheus on a machine answers."""
    place = f"{address_of(lab, machine)}:9090"
    return json.loads(lab.runs(machine, "python3", "-c", ASK, place, path, "prometheus"))["data"]


def firing(lab: LabSite) -> set[tuple[str, str]]:
    """The alerts that `status` shows, each with its machine."""
    return {(alert["name"], alert["machine"]) for alert in lab.status()["alerts"]}


def is_copied(lab: LabSite, monitor: str, words: str) -> None:
    """Wait until a machine that monitors has what another has logged."""
    becomes(f"{words} on {monitor}", lambda: lab.runs(monitor, *COPIES), lambda found: words in found, within=40)


def test_everything_is_asked_and_answers(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    for monitor in MONITORS:

        def wrong(monitor: str = monitor) -> list[str]:
            """Jobs that are missing or too many, and who does not answer; it takes Prometheus seconds to begin."""
            targets = prometheus(lab, monitor, "/api/v1/targets?state=active")["activeTargets"]
            jobs = {target["labels"]["job"] for target in targets}
            return [
                *sorted(jobs ^ JOBS),
                *(f"{t['scrapeUrl']}: {t['lastError']}" for t in targets if t["health"] != "up"),
            ]

        assert becomes("No silent target", wrong, lambda found: not found, within=30) == []


def test_every_rule_is_evaluated_without_an_error(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    groups = prometheus(lab, "mon-01", "/api/v1/rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in rules} >= {"MachineDown", "SiteDown", "Watchdog", "mainstay:objective"}
    assert [rule["name"] for rule in rules if rule.get("lastError")] == []


def test_every_question_of_every_dashboard_is_answered(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    lab.does("dashboards", "export")
    questions = list(asked({path.name: path.read_text() for path in (lab.project / "dashboards").glob("*.json")}))
    place = f"{address_of(lab, 'mon-01')}:9090"
    words = json.dumps([question.expression for question in questions])

    def unanswered() -> list[tuple[Asked, int | str]]:
        """Those that give no data, with 0; those that cannot be worked out, with the reason."""
        counts = json.loads(lab.runs("mon-01", "python3", "-c", ASK_MANY, place, words))
        answered = zip(questions, counts, strict=True)
        return [(question, count) for question, count in answered if not isinstance(count, int) or count == 0]

    assert len(questions) > 50
    # A rate needs two looks, and some are of units that were started last.
    assert becomes("No question without data", unanswered, lambda found: not found, within=60) == []


def test_a_browser_looks_at_prometheus_through_a_door_on_this_computer(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    door = lab.starts("dashboards", "open", "--port", str(DOOR))
    door.tells(f"prometheus of mon-01: http://127.0.0.1:{DOOR}", within=20)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{DOOR}/api/v1/query?query=up", timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        with urllib.request.urlopen(f"http://127.0.0.1:{DOOR}/query", timeout=10) as answer:
            page = answer.read().decode()
    finally:
        door.is_interrupted()
    assert door.ends(within=10) == 0
    assert {series["metric"]["machine"] for series in found} == {"lb-01", "srv-01", *MONITORS}
    assert "<title>Prometheus" in page


def test_a_message_to_try_it_out_reaches_everybody(site: tuple[LabSite, PostOffice]) -> None:
    lab, post = site
    sent = json.loads(lab.does("alert", "test", "-o", "json"))["sent"]
    assert sent == [{"to": "mail", "taken": True}, {"to": "webhook", "taken": True}]
    (letter,) = [letter for letter in post.taken("mail") if "try out" in letter["subject"]][:1]
    assert (letter["to"], "Nothing is wrong." in letter["text"]) == (["ops@example.org"], True)
    (message,) = post.told("MainstayTest")
    assert message["path"] == HOOK_PATH


def test_a_part_that_stands_still_is_told_once_by_whoever_monitors_and_so_is_its_end(
    site: tuple[LabSite, PostOffice],
) -> None:
    lab, post = site
    begun = time.time()
    lab.runs("srv-01", "systemctl", "kill", "--signal=STOP", "nginx.service")
    try:
        becomes("A message of Nginx", lambda: post.told("NginxDown", since=begun), bool, within=60)
        assert ("NginxDown", "srv-01") in firing(lab)
    finally:
        lab.runs("srv-01", "systemctl", "kill", "--signal=CONT", "nginx.service")
    becomes("A message of its end", lambda: post.told("NginxDown", "resolved", begun), bool, within=120)
    # Two Prometheus have seen it, and two Alertmanagers know of it: nothing is told twice.
    told = [sorted((a["labels"]["alertname"], a["status"]) for a in m["alerts"]) for m in post.taken("webhook")]
    concerned = [message for message in told if ("NginxDown", "firing") in message]
    assert [message for message in concerned if concerned.count(message) > 1] == []


def test_a_machine_that_monitors_may_be_lost(site: tuple[LabSite, PostOffice]) -> None:
    lab, post = site
    begun = time.time()
    with lab.load("/up") as load:
        lab.power_off("mon-01")
        try:
            becomes("A message of it", lambda: post.told("MachineDown", since=begun), bool, within=60)
        finally:
            lab.power_on("mon-01")
    no_request_failed(load, at_least=100)
    (alert,) = (a for a in post.told("MachineDown", since=begun)[0]["alerts"])
    assert alert["labels"]["machine"] == "mon-01"
    becomes("A message of its end", lambda: post.told("MachineDown", "resolved", begun), bool, within=120)


def test_a_machine_that_monitors_and_hears_nobody_tells_of_nobody_but_itself(site: tuple[LabSite, PostOffice]) -> None:
    """It cannot know that all others are well, and on its return another Alertmanager hears what it believed."""
    lab, post = site
    begun = time.time()
    asks = ("python3", "-c", KEEPS_ASKING, f"{address_of(lab, 'mon-01')}:9093")
    notes = f"--property=StandardOutput=truncate:{KEPT}"
    lab.runs("mon-01", "systemd-run", "--quiet", "--collect", "--unit=mst-alerts", notes, *asks)
    with computer.cut_off(lab.name, "mon-02"):
        becomes("A message of it", lambda: post.told("MachineDown", since=begun), bool, within=60)
    becomes("Nothing that is down", lambda: firing(lab), lambda seen: ("MachineDown", "mon-02") not in seen, within=60)
    lab.runs("mon-01", "systemctl", "stop", "mst-alerts.service")
    seen = {tuple(line.split()) for line in lab.runs("mon-01", "cat", KEPT).splitlines()}
    active = {(alert, machine) for state, severity, alert, machine in seen if (state, severity) == OUTAGE}
    assert ("MachineDown", "mon-02") in active
    assert {machine for _, machine in active} == {"mon-02"}
    lab.is_healthy(within=60)


def test_what_a_machine_logged_last_is_read_when_it_is_gone(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    lab.runs("srv-01", "logger", "--tag=mst", LAST_WORDS)
    for monitor in MONITORS:
        is_copied(lab, monitor, LAST_WORDS)
    lab.power_off("srv-01")
    try:
        everything, of_nginx = lab.tries("logs", "srv-01", "-n", "500"), lab.does("logs", "srv-01", "nginx")
    finally:
        lab.power_on("srv-01")
        lab.is_healthy(within=60)
    assert (everything.status, LAST_WORDS in everything.output) == (0, True)
    assert everything.errors == "srv-01 does not answer; this is what mon-01 has of its log.\n"
    assert {line.split()[2].partition("[")[0] for line in of_nginx.splitlines()} == {"nginx"}
    lab.runs("srv-01", "logger", "--tag=mst", FIRST_WORDS)
    is_copied(lab, "mon-02", FIRST_WORDS)


def test_a_log_lies_in_files_of_its_machine_only(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    lab.runs("lb-01", "logger", "--tag=mst", "from-the-balancer")
    is_copied(lab, "mon-01", "from-the-balancer")
    pattern = f"--file=/var/log/journal/remote/remote-127.{address_of(lab, 'lb-01').partition('.')[2]}*.journal"
    entries = lab.runs("mon-01", "journalctl", pattern, "--no-pager", "--quiet", "--output=json").splitlines()
    assert {json.loads(entry)["_HOSTNAME"] for entry in entries} == {"lb-01"}


def test_one_request_is_found_in_all_logs(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    lab.runs("srv-01", "mysql", "-e", "SET GLOBAL long_query_time = 0")  # every statement is a slow one
    lab.runs("srv-01", "systemctl", "restart", "mainstay-app.service")  # on connections that know it
    try:
        identifier = lab.get("/").headers["x-request-id"]
        wanted = {"haproxy", "nginx", "mysql-slow", "app"}

        def found() -> set[str]:
            lines = lab.tries("logs", "--request", identifier).output.splitlines()
            return {line.split()[3].partition("[")[0] for line in lines}

        assert becomes("The request in all logs", found, lambda seen: seen == wanted, within=20) == wanted
    finally:
        lab.runs("srv-01", "mysql", "-e", "SET GLOBAL long_query_time = 0.5")


def test_nobody_without_a_certificate_is_answered(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    balancer, server, monitor = (address_of(lab, name) for name in ("lb-01", "srv-01", "mon-02"))
    doors = [
        f"{balancer}:8405", f"{balancer}:9100", f"{server}:9100", f"{server}:9104", f"{server}:9113", f"{server}:9114",
        f"{monitor}:9090", f"{monitor}:9093", f"{monitor}:9532", f"{monitor}:9533",
    ]  # fmt: skip
    said = {door: lab.runs("mon-01", "python3", "-c", WITHOUT_CERTIFICATE, door).strip() for door in doors}
    refused = "400"  # Nginx says so, where others end the connection
    assert [door for door, what in said.items() if what.isdigit() and what != refused] == []


def test_secrets_are_in_no_interface_and_in_no_log(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    place = f"{address_of(lab, 'mon-02')}:9093"
    seen = [
        lab.runs("mon-02", "python3", "-c", ASK, place, "/api/v2/status", "alertmanager"),
        lab.runs("mon-02", "python3", "-c", ASK, place, "/metrics", "alertmanager"),
        lab.runs("mon-02", "journalctl", "--no-pager", "--unit=prometheus-alertmanager.service"),
        lab.runs("mon-02", "ps", "axww"),
        lab.does("status", "-o", "json"),
        lab.does("plan"),
    ]
    assert [text for text in seen if PASSWORD in text or "token-8d1f" in text] == []


def test_who_is_not_reached_is_said(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    lab.does("secret", "set", "HOOK", given=f"http://{POST_ADDRESS}:1/nobody")
    lab.up()
    done = lab.tries("alert", "test")
    assert (done.status, "mail: taken." in done.output) == (1, True)
    assert "webhook: it was tried, and not taken. `mainstay logs MACHINE alertmanager` says why." in done.output
