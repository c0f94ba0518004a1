"""The pages and the JSON interface."""

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guestbook.database import database
from guestbook.drafts import LONGEST, Draft
from guestbook.hosts import read_host, write_host
from guestbook.models import Entry
from guestbook.negotiation import wants_page

LATEST = 50
LARGEST_ID = 2**31 - 1

pages = Blueprint("pages", __name__)


@pages.get("/")
def index() -> str:
    """Show the latest entries, as a replica knows them."""
    entries = database().read(_latest)
    return render_template("index.html", entries=entries, longest=LONGEST)


@pages.post("/entries")
def add_entry() -> ResponseReturnValue:
    """Write an entry, sent as a form or as JSON, to the primary."""
    draft = Draft.parse(request.get_json() if request.is_json else request.form)
    entry_id = database().write(lambda session: _add(session, draft))
    if wants_page(request):
        # The page is read from a replica, which may be a moment behind: the entry can be missing at first.
        return redirect(url_for("pages.index"), code=303)
    location = url_for("pages.show_entry", entry_id=entry_id)
    return jsonify(id=entry_id), 201, {"Location": location}


@pages.get(f"/entries/<int(max={LARGEST_ID}):entry_id>")
def show_entry(entry_id: int) -> ResponseReturnValue:
    """Show one entry, as a replica knows it."""
    entry = database().read(lambda session: session.get(Entry, entry_id))
    if entry is None:
        abort(404, "There is no such entry.")
    return jsonify(entry.to_json())


@pages.get("/whoami")
def whoami() -> ResponseReturnValue:
    """Tell which server answers and which databases stand behind it; null for one that does not answer."""
    return jsonify(
        server=current_app.config["SERVER"],
        release=current_app.config["RELEASE"],
        write_host=write_host(database()),
        read_host=read_host(database()),
    )


@pages.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Show figures of the site in the form of Prometheus, as a replica knows them."""
    entries = database().read(lambda session: session.scalar(select(func.count()).select_from(Entry)))
    text = (
        f"# HELP guestbook_entries Entries in the book.\n# TYPE guestbook_entries gauge\nguestbook_entries {entries}\n"
    )
    return text, 200, {"Content-Type": "text/plain; version=0.0.4"}


@pages.get("/up")
def up() -> ResponseReturnValue:
    """Tell that this process serves. It does not ask the database.

    The database is shared: if its primary is down, it is down for every server at once. A check that asked it
    would take all of them out of rotation, and with them the pages that still work from a replica.
    """
    return "ok", {"Content-Type": "text/plain; charset=utf-8"}


def _latest(session: Session) -> list[Entry]:
    return list(session.scalars(select(Entry).order_by(Entry.id.desc()).limit(LATEST)))


def _add(session: Session, draft: Draft) -> int:
    entry = Entry(author=draft.author, message=draft.message)
    session.add(entry)
    session.flush()
    return entry.id
