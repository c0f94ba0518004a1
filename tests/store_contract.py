"""What every store keeps: one set of tests for the fake in memory and for etcd."""

import pytest

from mainstay_keeper.store import ABSENT, Compare, Delete, Put, SessionLapsedError, Store

ROOT = "/contract/"
A, B = f"{ROOT}a", f"{ROOT}b"


class StoreContract:
    """Inherit and give a fixture `store`, empty under ROOT."""

    def test_reads_in_the_transaction_what_it_has_just_changed(self, store: Store) -> None:
        done = store.transact((), [Put(A, "one"), Put(B, "two")], ROOT)
        assert done.is_done
        assert {key: (e.value, e.modified) for key, e in done.entries.items()} == {
            A: ("one", done.revision),
            B: ("two", done.revision),
        }

    def test_changes_nothing_unless_all_is_as_it_was_read(self, store: Store) -> None:
        first = store.transact((), [Put(A, "one")], ROOT)
        second = store.transact([Compare(A, "modified", first.revision)], [Put(A, "two")], ROOT)
        late = store.transact([Compare(A, "modified", first.revision)], [Put(A, "three"), Put(B, "")], ROOT)
        assert (second.is_done, late.is_done) == (True, False)
        assert {key: entry.value for key, entry in late.entries.items()} == {A: "two"}

    def test_knows_a_key_that_is_not_there(self, store: Store) -> None:
        wanted = [Compare(A, "modified", ABSENT)]
        assert store.transact(wanted, [Put(A, "mine")], ROOT).is_done
        assert not store.transact(wanted, [Put(A, "mine, too")], ROOT).is_done

    def test_takes_one_key_away_or_all_below(self, store: Store) -> None:
        store.transact((), [Put(A, "1"), Put(f"{A}/x", "2"), Put(f"{A}/y", "3")], ROOT)
        assert set(store.transact((), [Delete(A)], ROOT).entries) == {f"{A}/x", f"{A}/y"}
        assert store.transact((), [Delete(f"{A}/", is_prefix=True)], ROOT).entries == {}

    def test_binds_a_key_to_a_session(self, store: Store) -> None:
        session = store.grant(5)
        bound = store.transact((), [Put(A, "mine", session)], ROOT)
        assert bound.entries[A].session == session
        assert store.transact([Compare(A, "session", session)], (), ROOT).is_done
        assert not store.transact([Compare(A, "session", session + 1)], (), ROOT).is_done
        assert store.keep_alive(session)

    def test_binds_nothing_to_a_session_that_is_no_more(self, store: Store) -> None:
        assert not store.keep_alive(4711)
        with pytest.raises(SessionLapsedError):
            store.transact((), [Put(B, "free"), Put(A, "mine", 4711)], ROOT)
        assert store.transact((), (), ROOT).entries == {}
