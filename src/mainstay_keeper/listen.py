"""Listens to the store, so that a keeper need not wait for its second when something of weight has changed."""

import time
from collections.abc import Callable
from typing import Final

from mainstay_keeper import published
from mainstay_keeper.nouns import Member
from mainstay_keeper.store import Event, Store, StoreError

AGAIN_AFTER = 0.5
MEMBERS: Final = "/members/"


class Ear:
    """Every member publishes once a second; to be woken by that would be to wake each other for ever."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._last: dict[str, object] = {}

    def listen(self, store: Store, prefix: str) -> None:
        """For ever; a connection that breaks is made anew, and what was missed meanwhile is read by the next cycle."""
        while True:
            try:
                for event in store.watch(prefix):
                    self.hear(event)
            except StoreError:
                pass
            self._ring()
            time.sleep(AGAIN_AFTER)

    def hear(self, event: Event) -> None:
        """Ring if this is news."""
        news = _gist(event)
        if MEMBERS not in event.key or self._last.get(event.key) != news:
            self._last[event.key] = news
            self._ring()


def _gist(event: Event) -> object:
    """Of a member what others act on; not how many transactions it has by now."""
    if event.value is None or MEMBERS not in event.key:
        return event.value
    member: Member = published.member_from(event.value, session=0)
    mysql = member.mysql
    return (
        member.frozen_for, member.can_lead, member.heir, mysql.state, mysql.is_source_on, mysql.uuid, mysql.is_writable,
        mysql.source, mysql.is_receiving, mysql.is_connected, mysql.is_acking, mysql.is_waiting, mysql.has_applied,
    )  # fmt: skip
