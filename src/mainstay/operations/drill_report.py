"""Keeps what drills showed: a journal for programs and a page for people."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mainstay.drills.journal import journal
from mainstay.drills.page import page
from mainstay.drills.result import Result
from mainstay.operations.site import Site

JOURNAL = "journal.json"
PAGE = "report.html"


def write_report(site: Site, results: Sequence[Result], file: Path | None, *, is_interrupted: bool) -> Path:
    """Write the page to `file` (None: among the drills' notes beside the user's file), `journal.json` beside it."""
    where = file or site.folder / "drills" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}" / PAGE
    where.parent.mkdir(parents=True, exist_ok=True)
    data = journal(site.spec.name, results, is_interrupted)
    (where.parent / JOURNAL).write_text(json.dumps(data, indent=2) + "\n")
    where.write_text(page(site.spec.name, data["start"], results))
    return where
