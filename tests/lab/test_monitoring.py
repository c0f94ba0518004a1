"""Whatever goes wrong is told, once, to everybody who is named, and so is its end.

One lab for the file: a balancer, a server, two machines that monitor, and a post office in their network.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.load import no_request_failed
from tests.lab.pebble import ADDRESS as POST_ADDRESS
from tests.lab.pebble import make_door
from tests.lab.post_office import HOOK, MAIL, PASSWORD, USER, PostOffice, post_office
from tests.lab.site import LabSite, lab_site
from tests.lab.waiting import becomes

LABS = ("mst-monitor",)

PORT = 18220
MONITORS = ("mon-01", "mon-02")
HOOK_PATH = "/take/token-8d1f"
FILE = f"""\
name: mst-monitor
domain: shop.test
machines:
  lb-01:  {{ runs: [balancer] }}
  srv-01: {{ runs: [web, app, database] }}
  mon-01: {{ runs: [monitoring] }}
  mon-02: {{ runs: [monitoring] }}
app: {{ source: ./app, wsgi: "guestbook:app", release: flask db upgrade }}
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
ASK = """
import http.client, json, ssl, sys
address, path, purpose = sys.argv[1:]
folder = "/etc/mainstay/tls/" + purpose
context = ssl.create_default_context(cafile=folder + "/authority.pem")
context.load_cert_chain(folder + "/identity.pem")
host, port = address.split(":")
connection = http.client.HTTPSConnection(host, int(port), timeout=5, context=context)
connection.request("GET", path)
print(connection.getresponse().read().decode())
"""
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
    return str(lab.status()["machines"][machine]["address"])


def prometheus(lab: LabSite, machine: str, path: str) -> Any:
    """What the Prometheus on a machine answers."""
    place = f"{address_of(lab, machine)}:9090"
    return json.loads(lab.runs(machine, "python3", "-c", ASK, place, path, "prometheus"))["data"]


def firing(lab: LabSite) -> set[tuple[str, str]]:
    """The alerts that `status` shows, each with its machine."""
    return {(alert["name"], alert["machine"]) for alert in lab.status()["alerts"]}


def test_everything_is_asked_and_answers(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    for monitor in MONITORS:

        def silent(monitor: str = monitor) -> list[str]:
            targets = prometheus(lab, monitor, "/api/v1/targets?state=active")["activeTargets"]
            jobs = {target["labels"]["job"] for target in targets}
            assert jobs == {
                "alertmanager", "blackbox_exporter", "haproxy", "mysqld_exporter", "nginx_exporter", "node_exporter",
                "prometheus",
            }  # fmt: skip
            return [f"{t['scrapeUrl']}: {t['lastError']}" for t in targets if t["health"] != "up"]

        assert becomes("No silent target", silent, lambda found: not found, within=30) == []


def test_every_rule_is_evaluated_without_an_error(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    groups = prometheus(lab, "mon-01", "/api/v1/rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in rules} >= {"MachineDown", "SiteDown", "Watchdog", "mainstay:objective"}
    assert [rule["name"] for rule in rules if rule.get("lastError")] == []


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


def test_nobody_without_a_certificate_is_answered(site: tuple[LabSite, PostOffice]) -> None:
    lab, _ = site
    balancer, server, monitor = (address_of(lab, name) for name in ("lb-01", "srv-01", "mon-02"))
    doors = [
        f"{balancer}:8405", f"{balancer}:9100", f"{server}:9100", f"{server}:9104", f"{server}:9113",
        f"{monitor}:9090", f"{monitor}:9093",
    ]  # fmt: skip
    said = {door: lab.runs("mon-01", "python3", "-c", WITHOUT_CERTIFICATE, door).strip() for door in doors}
    assert [door for door, what in said.items() if what.isdigit()] == []


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
