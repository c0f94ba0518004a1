"""Member, Sync, Leader and Request as JSON, both ways: what keepers tell each other through the store.

Read leniently: an unknown field is left aside and a missing one is its default, so that keepers of two versions
understand each other while a site is being upgraded. A revision, an epoch and a session are not in the text: the
store itself knows them, and they are given to the reader.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mainstay_keeper.gtid import GtidSet
from mainstay_keeper.nouns import Leader, Member, Mysql, Request, Sync

Plain = Mapping[str, Any]
SETS = ("executed", "retrieved")


def text_of_member(member: Member) -> str:
    """A member, without its session."""
    plain = _plain(member, "name", "address", "frozen_for", "can_lead", "heir")
    return _text({**plain, "mysql": _plain_mysql(member.mysql)})


def member_from(text: str, session: int, revision: int = 0) -> Member:
    """A member whose key is bound to this session, as it stood at a revision.

    Raises:
        ValueError: the text is no such JSON.
    """
    found = _read(text)
    return Member(
        str(found["name"]),
        str(found.get("address", "")),
        session,
        _mysql(found.get("mysql", {})),
        int(found.get("frozen_for", 0)),
        bool(found.get("can_lead", False)),
        revision,
        str(found.get("heir", "")),
    )


def text_of_sync(sync: Sync) -> str:
    """The sync record, without its revision."""
    sets = {"replicas": dict(sync.replicas), "joining": dict(sync.joining)}
    return _text({**_plain(sync, "leader", "leader_uuid"), **sets})


def sync_from(text: str, revision: int) -> Sync:
    """The sync record as it stood at a revision.

    Raises:
        ValueError: the text is no such JSON.
    """
    found = _read(text)
    replicas, joining = (dict(found.get(key, {})) for key in ("replicas", "joining"))
    return Sync(str(found["leader"]), str(found["leader_uuid"]), replicas, joining, revision)


def text_of_leader(name: str, handed_by: str = "") -> str:
    """The leader's key: epoch and session are the store's own."""
    return _text({"name": name, "handed_by": handed_by})


def leader_from(text: str, epoch: int, session: int) -> Leader:
    """Who holds the key, since which revision, bound to which session.

    Raises:
        ValueError: the text is no such JSON.
    """
    found = _read(text)
    return Leader(str(found["name"]), epoch, session, str(found.get("handed_by", "")))


def text_of_request(request: Request) -> str:
    """A request, without its revision."""
    return _text(_plain(request, "kind", "to", "is_forced"))


def request_from(text: str, revision: int) -> Request:
    """A request as it stood at a revision.

    Raises:
        ValueError: the text is no such JSON.
    """
    found = _read(text)
    return Request(str(found["kind"]), str(found.get("to", "")), bool(found.get("is_forced", False)), revision)


def _text(plain: Plain) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


class _Found(dict[str, Any]):
    """A JSON object in which a missing field that is needed is an error of the text."""

    def __missing__(self, key: str) -> Any:
        raise ValueError(f"{key} is missing")


def _read(text: str) -> _Found:
    match json.loads(text):
        case dict() as found:
            return _Found(found)
        case _:
            raise ValueError(f"no JSON object: {text[:60]}")


def _plain(noun: object, *names: str) -> dict[str, Any]:
    return {name: getattr(noun, name) for name in names}


def _plain_mysql(mysql: Mysql) -> Plain:
    plain = _plain(mysql, *(field.name for field in fields(mysql)))
    return {**plain, **{name: str(plain[name]) for name in SETS}, "ackers": sorted(mysql.ackers)}


def _mysql(plain: Plain) -> Mysql:
    known = {field.name for field in fields(Mysql)}
    given = {name: value for name, value in plain.items() if name in known}
    for name in SETS:
        given[name] = GtidSet.parse(given.get(name, ""))
    return Mysql(**{**given, "ackers": frozenset(given.get("ackers", ()))})
