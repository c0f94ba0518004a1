"""What keepers tell each other survives the way through the store, and a text of another version is read too."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay_keeper import published
from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import Leader, Member, Mysql, Request, Sync

words = st.text(max_size=8)
uuids = st.sampled_from(["a-1", "b-2", "b-2:tag"])
sets = st.dictionaries(uuids, st.tuples(st.integers(1, 9), st.integers(10, 20)), max_size=3).map(
    lambda found: GtidSet(tuple((uuid, (interval,)) for uuid, interval in sorted(found.items())))
)
mysqls = st.builds(
    Mysql,
    state=words,
    uuid=words,
    is_writable=st.booleans(),
    executed=sets,
    retrieved=sets,
    source=words,
    ackers=st.frozensets(words, max_size=3),
    waiters=st.integers(0, 9),
    lag=st.none() | st.floats(0, 99),
    io_error=words,
)
members = st.builds(Member, words, words, st.just(4), mysqls, st.integers(0, 99), st.booleans())
syncs = st.builds(Sync, words, words, st.dictionaries(words, words), st.dictionaries(words, words), st.just(4))


@given(members)
def test_a_member_goes_both_ways(member: Member) -> None:
    assert published.member_from(published.text_of_member(member), session=4) == member


@given(syncs)
def test_the_sync_record_goes_both_ways(sync: Sync) -> None:
    assert published.sync_from(published.text_of_sync(sync), revision=4) == sync


@given(st.builds(Request, words, words, st.booleans(), st.just(4)))
def test_a_request_goes_both_ways(request: Request) -> None:
    assert published.request_from(published.text_of_request(request), revision=4) == request


def test_the_leader_goes_both_ways() -> None:
    assert published.leader_from(published.text_of_leader("n1"), epoch=7, session=3) == Leader("n1", 7, 3)
    assert published.leader_from(published.text_of_leader("n1", "n2"), epoch=7, session=3) == Leader("n1", 7, 3, "n2")


def test_a_newer_keepers_fields_are_left_aside() -> None:
    member = Member("n1", "10.0.0.1", 4, Mysql(uuid="a"), 7, can_lead=True)
    newer = json.loads(published.text_of_member(member))
    newer["mood"], newer["mysql"]["mood"] = "good", "better"
    assert published.member_from(json.dumps(newer), session=4) == member
    assert published.sync_from('{"leader":"n1","leader_uuid":"a","mood":1}', 3) == Sync("n1", "a", revision=3)


def test_an_older_keepers_missing_fields_are_their_defaults() -> None:
    assert published.member_from('{"name":"n1"}', session=4) == Member("n1", "", 4, Mysql())
    assert published.request_from('{"kind":"reinit"}', revision=4) == Request("reinit", revision=4)


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", '{"mysql":{}}'])
def test_what_is_no_member_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        published.member_from(text, session=4)


def test_every_field_of_a_mysql_is_published() -> None:
    text = json.loads(published.text_of_member(Member("n1", "", 4, Mysql())))
    assert sorted(text["mysql"]) == sorted(field.name for field in fields(Mysql))
