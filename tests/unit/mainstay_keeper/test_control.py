"""What operators order becomes keys of the store, and comes back as a sentence."""

import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mainstay_keeper.actions import Answer
from mainstay_keeper.asking import give
from mainstay_keeper.control import Control, serve
from mainstay_keeper.cycle import Bell, Told
from mainstay_keeper.keys import Keys
from mainstay_keeper.nouns import SWITCHOVER, Cluster, Mysql, Observation, Request
from mainstay_keeper.orders import Orders
from mainstay_keeper.policy import Policy
from mainstay_keeper.register import Register
from tests.fakes.store import FakeStore
from tests.unit.mainstay_keeper.keeping import KEYS, a_mysql

DONE = Answer(0, "two is primary in place of one")


class Answering(Orders):
    """The leader's keeper answers a request the moment it is looked for."""

    def __init__(self, store: FakeStore, keys: Keys, answer: Answer) -> None:
        super().__init__(store, keys)
        self._answering = Register(store, keys)
        self.answer = answer

    def answer_to(self, revision: int) -> Answer | None:
        self._answering.answer(replace(self.answer, revision=revision))
        return super().answer_to(revision)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def a_control(store: FakeStore, mysql: Mysql | None = None, answer: Answer = DONE) -> Control:
    seen = Observation("one", 1.0, mysql or a_mysql("u1"), Cluster(), True, 5.0, Policy())
    return Control(lambda: Answering(store, KEYS, answer), lambda: Told(seen, "All is well."), Bell(), seconds=0.0)


def said(control: Control, order: str, **words: str) -> tuple[bool, str]:
    answer = control.obey({"order": order, **words})
    return answer["ok"], answer["sentence"]


def test_the_status_is_what_the_cycle_told(store: FakeStore) -> None:
    answer = a_control(store).obey({"order": "status"})
    assert (answer["ok"], answer["sentence"]) == (True, "All is well.")
    assert answer["cluster"]["is_store_heard"]


def test_there_is_one_first_primary(store: FakeStore) -> None:
    control = a_control(store)
    assert said(control, "found") == (True, "one is the first primary.")
    assert said(control, "found") == (True, "There has been a primary already.")


def test_a_mysql_that_does_not_run_cannot_be_the_first(store: FakeStore) -> None:
    assert said(a_control(store, Mysql()), "found") == (False, "MySQL on one does not run yet.")
    assert store.entries == {}


def test_automation_is_switched_off_and_on_and_failovers_are_acknowledged(store: FakeStore) -> None:
    control = a_control(store)
    assert said(control, "pause") == (True, "Automation is off.")
    assert KEYS.key("pause") in store.entries
    assert said(control, "resume") == (True, "Automation is on again.")
    assert said(control, "ack") == (True, "The failovers so far no longer count.")
    assert store.entries == {}


@pytest.mark.parametrize("order", ["switchover", "failover", "reinit"])
def test_a_request_is_put_and_its_answer_waited_for(store: FakeStore, order: str) -> None:
    assert said(a_control(store), order, to="two") == (True, "two is primary in place of one")


def test_a_request_that_is_refused_has_failed(store: FakeStore) -> None:
    refused = Answer(0, "No switchover: two is not in the sync set", is_refused=True)
    assert said(a_control(store, answer=refused), "switchover") == (False, f"{refused.sentence}.")


def test_one_request_at_a_time(store: FakeStore) -> None:
    control = a_control(store)
    Orders(store, KEYS).ask(Request(SWITCHOVER, "two"))
    assert said(control, "switchover") == (False, "Another request is being dealt with.")


def test_an_order_that_nobody_knows_and_a_store_that_is_away(store: FakeStore) -> None:
    control = a_control(store)
    assert said(control, "dance") == (False, "Nobody knows the order dance.")
    store.is_reachable = False
    assert said(control, "pause") == (False, "The store does not answer: no way")


@pytest.mark.parametrize(("order", "asked"), [("pause", 3), ("ack", 3), ("history", 3), ("switchover", 1)])
def test_what_may_be_ordered_twice_waits_for_a_store_that_stalls(store: FakeStore, order: str, asked: int) -> None:
    opened = 0

    def stalling() -> Answering:
        nonlocal opened
        opened += 1
        store.is_reachable = opened > 2
        return Answering(store, KEYS, DONE)

    control = Control(stalling, lambda: pytest.fail("it is not asked"), Bell(), seconds=60.0)
    assert control.obey({"order": order})["ok"] == (asked == 3)
    assert opened == asked


def test_the_socket_is_for_root_alone_and_takes_the_place_of_an_older_one(
    store: FakeStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "control.sock"
    path.touch()
    server = serve(a_control(store), path)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert give(["status"], str(path)) == 0
        assert json.loads(capsys.readouterr().out)["sentence"] == "All is well."
        assert give(["dance", "with=two"], str(path)) == 1
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
