"""Keepers ask each other over TLS: who is none learns nothing, and nobody asks in another's name."""

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mainstay.vault.authority import Leaf
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from mainstay_keeper import clock
from mainstay_keeper.actions import AwaitApplied
from mainstay_keeper.etcd import context_of
from mainstay_keeper.failsafe import Question
from mainstay_keeper.peering import Answers, PeerServer, has_applied, server_context
from mainstay_keeper.peers import Peers
from mainstay_keeper.sql import MysqlError
from tests.fakes.sql import FakeServer
from tests.unit.mainstay_keeper.builders import leads, primary, seen, sync

HERE = "127.0.0.1"


@dataclass
class Other:
    """The one that is asked: n2."""

    port: int = 0
    connections: int = 0
    questions: list[Question] = field(default_factory=list)
    is_willing: bool = True
    applied: set[str] = field(default_factory=lambda: {"a:1-5"})

    def agree(self, question: Question) -> bool:
        self.questions.append(question)
        return self.is_willing

    def peers(self, context: ssl.SSLContext | None, mine: FakeServer | None = None) -> Peers:
        return Peers({"n2": HERE}, self.port, context, (mine or FakeServer()).connect)


@contextmanager
def serving(other: Other, context: ssl.SSLContext | None) -> Iterator[Other]:
    class Counting(PeerServer):
        def get_request(self) -> tuple[Any, Any]:
            other.connections += 1
            return super().get_request()

    answers = Answers(other.agree, lambda gtid: gtid in other.applied, lambda: "is_up 1\n")
    server = Counting((HERE, 0), answers, context)
    other.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield other
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Certify = Callable[[str, str], tuple[str, str]]


@pytest.fixture
def certify(tmp_path: Path) -> Certify:
    """Gives the files with the authority and with the certificate of a machine for a purpose."""
    vault = Vault(Store(tmp_path / "secrets.json"))

    def certified(purpose: str, machine: str) -> tuple[str, str]:
        pair = vault.certificates.identity(Leaf(purpose, machine, HERE))
        authority, identity = tmp_path / "authority.pem", tmp_path / f"{purpose}-{machine}.pem"
        authority.write_text(vault.certificates.authority().certificate)
        identity.write_text(f"{pair.certificate}\n{pair.key}\n")
        return str(authority), str(identity)

    return certified


@pytest.fixture
def other(certify: Certify) -> Iterator[Other]:
    authority, identity = certify("keeper", "n2")
    with serving(Other(), server_context(authority, identity, identity)) as other:
        yield other


def asked_as(other: Other, certify: Certify, purpose: str, machine: str) -> Peers:
    authority, identity = certify(purpose, machine)
    return other.peers(context_of(authority, identity, identity))


def test_a_keeper_asks_for_the_time_and_may_go_on(other: Other, certify: Certify) -> None:
    peers = asked_as(other, certify, "keeper", "n1")
    at = peers.time_at("n2")
    assert at is not None
    assert 0 <= clock.now() - at < 5
    question = Question("n1", 7, at, 5.0)
    assert peers.agrees("n2", question)
    other.is_willing = False
    assert not peers.agrees("n2", question)
    assert other.questions == [question, question]


def test_nobody_asks_in_the_name_of_another(other: Other, certify: Certify) -> None:
    assert not asked_as(other, certify, "keeper", "n3").agrees("n2", Question("n1", 7, 0.0, 5.0))
    assert other.questions == []


def test_who_is_no_keeper_is_told_nothing(other: Other, certify: Certify) -> None:
    assert asked_as(other, certify, "app", "n1").time_at("n2") is None


def test_who_shows_no_certificate_is_told_nothing(other: Other, certify: Certify) -> None:
    authority, _ = certify("keeper", "n1")
    assert other.peers(ssl.create_default_context(cafile=authority)).time_at("n2") is None
    assert other.peers(None).time_at("n2") is None


def scraped(other: Other, context: ssl.SSLContext) -> tuple[int, str | None, str]:
    line = http.client.HTTPSConnection(HERE, other.port, timeout=5, context=context)
    with closing(line):
        line.request("GET", "/metrics")
        answer = line.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()


@pytest.mark.parametrize("purpose", ["keeper", "prometheus"])
def test_whoever_is_of_the_site_may_measure(other: Other, certify: Certify, purpose: str) -> None:
    authority, identity = certify(purpose, "n9")
    said = scraped(other, context_of(authority, identity, identity))
    assert said == (200, "text/plain; version=0.0.4; charset=utf-8", "is_up 1\n")


def test_who_shows_no_certificate_does_not_measure(other: Other, certify: Certify) -> None:
    authority, _ = certify("keeper", "n1")
    with pytest.raises((OSError, http.client.HTTPException)):
        scraped(other, ssl.create_default_context(cafile=authority))


def test_a_site_without_tls_asks_in_the_clear() -> None:
    with serving(Other(), None) as other:
        assert other.peers(None).agrees("n2", Question("n1", 7, 0.0, 5.0))


def test_what_is_no_question_is_answered_with_no() -> None:
    answers = Answers(lambda _: True, lambda _: True, lambda: "")
    assert answers.to("n1", "/nothing", b"") is None
    for path, body in (("/failsafe", b"{}"), ("/failsafe", b"?"), ("/applied", b"")):
        with pytest.raises((ValueError, TypeError, KeyError)):
            answers.to("n1", path, body)


def a_server(*waiters: int, executed: str = "a:1-5") -> FakeServer:
    left = list(waiters)

    def waiting() -> list[dict[str, object]]:
        return [{"Value": str(left.pop(0) if left else 0)}]

    return FakeServer({"SHOW GLOBAL STATUS": waiting, "SELECT @@GLOBAL.gtid": [{"executed": executed}]})


def applied(other: Other, mine: FakeServer, seconds: float) -> bool:
    observation = seen(primary(), leader=leads("n1"), sync=sync(), now=clock.now(), deadline=clock.now() + 4)
    return other.peers(None, mine).await_applied(AwaitApplied("n2", seconds), observation)


def test_a_hand_over_waits_until_no_commit_waits_and_the_other_has_applied_all() -> None:
    with serving(Other(), None) as other:
        mine = a_server(2, 1)
        assert applied(other, mine, 3)
    assert [statement.split()[0] for statement in mine.asked] == ["SHOW", "SHOW", "SHOW", "SELECT"]
    assert mine.open == 0


def test_one_that_was_met_is_asked_on_the_same_connection() -> None:
    with serving(Other(), None) as other:
        peers, here = other.peers(None, a_server()), seen(primary(), now=clock.now(), deadline=clock.now() + 4)
        peers.meet("n2")
        assert peers.await_applied(AwaitApplied("n2", 3.0), here)
        assert other.connections == 1


def test_one_that_cannot_be_met_is_not_waited_for() -> None:
    with serving(Other(), None) as other:
        gone = other.peers(None)
    gone.meet("n2")
    assert gone.time_at("n2") is None


@pytest.mark.parametrize("mine", [a_server(executed="a:1-6"), a_server(*[1] * 1000)], ids=["lacks some", "one waits"])
def test_a_hand_over_waits_no_longer_than_it_may(mine: FakeServer) -> None:
    with serving(Other(), None) as other:
        assert not applied(other, mine, 0.1)


def test_a_mysql_is_asked_itself_what_it_has_applied() -> None:
    server = FakeServer({"SELECT WAIT_FOR": [{"is_so": 1}]})
    assert has_applied("a:1-5", server.connect)
    assert server.asked == ["SELECT WAIT_FOR_EXECUTED_GTID_SET('a:1-5', 0.5) = 0 AS is_so"]
    assert not has_applied("a:1-5", FakeServer({"SELECT": [{"is_so": 0}]}).connect)
    assert not has_applied("a:1-5", FakeServer({"SELECT": MysqlError("gone")}).connect)
