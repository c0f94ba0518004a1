"""Alertmanager: who is told by which way, and where secrets lie."""

from mainstay.components.alertmanager.component import CONFIG, SECRETS
from mainstay.model.install import Install
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring")
MAIL = {"to": ["ops@example.org"], "sender": "a@example.org", "server": "mail.example.org:587"}
BOTH = {**MACHINES, "mon-02": {"runs": ["monitoring"]}}


def installed(monitoring: object, machines: object = MACHINES) -> Install:
    return compiled(a_site(machines=machines, monitoring=monitoring)).manifests["mon-01"].parts["alertmanager"]


def text_of(part: Install, path: str) -> str:
    return next(file.text for file in part.files if file.path == path)


def test_nobody_is_told_where_nobody_is_named() -> None:
    settings = text_of(installed("on"), CONFIG)
    assert "_configs:" not in settings
    assert settings.rstrip().endswith("- name: everybody")


def test_a_secret_lies_in_a_file_of_its_own_that_one_group_reads() -> None:
    part = installed(
        {"webhook": {"url": "${secret:HOOK}"}, "mail": {**MAIL, "user": "a", "password": "${secret:MAIL}"}}
    )
    secrets = {f.path: (f.text, f.group, f.mode) for f in part.files if f.path.startswith(SECRETS)}
    assert secrets == {
        f"{SECRETS}/mail-password": ("${own:MAIL}\n", "prometheus", "640"),
        f"{SECRETS}/webhook-url": ("${own:HOOK}\n", "prometheus", "640"),
    }
    settings = text_of(part, CONFIG)
    assert "own:" not in settings
    assert f"url_file: {SECRETS}/webhook-url" in settings
    assert f"auth_password_file: {SECRETS}/mail-password" in settings


def test_a_mail_server_may_be_known_by_an_authority_of_its_own() -> None:
    part = installed({"mail": {**MAIL, "authority": "./mail.pem"}})
    assert text_of(part, f"{SECRETS}/mail-authority.pem") == "${file:mail.pem}\n"
    assert f"ca_file: {SECRETS}/mail-authority.pem" in text_of(part, CONFIG)


def test_two_tell_each_other_what_was_sent_and_one_is_alone() -> None:
    peers = [line.strip() for line in installed("on", BOTH).files[-1].text.splitlines() if "--cluster" in line]
    assert [peer.split("=")[0] for peer in peers] == [
        "--cluster.listen-address", "--cluster.tls-config", "--cluster.peer",
    ]  # fmt: skip
    alone = [line.strip() for line in installed("on").files[-1].text.splitlines() if "--cluster" in line]
    assert alone == ['--cluster.listen-address="" \\']
