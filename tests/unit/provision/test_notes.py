"""What a run notes on a machine."""

import json

from mainstay.model.change import Change, Removal
from mainstay.model.install import Directory, File, Install
from mainstay.model.manifest import Manifest
from mainstay.provision.notes import beginning, ending

WANTED = Manifest("srv-01", {"app": Install(files=(File("/etc/app.env", "A=${secret:door}", mode="600"),))})
NOTED = json.dumps(WANTED.to_json())


def test_before_its_first_step_a_run_notes_what_it_is_going_to_do() -> None:
    assert beginning(WANTED) == (
        Change("", Directory("/var/lib/mainstay/started", mode="700"), ""),
        Change("", File("/var/lib/mainstay/attempted.json", NOTED, mode="600"), ""),
    )


def test_after_its_last_step_a_run_notes_that_it_is_done() -> None:
    assert ending(WANTED) == (
        Change("", File("/var/lib/mainstay/record.json", NOTED, mode="600"), ""),
        Change("", Removal("/var/lib/mainstay/attempted.json"), ""),
    )


def test_a_note_is_read_back_as_it_was() -> None:
    assert Manifest.from_json(json.loads(NOTED)) == WANTED
    assert "${secret:door}" in NOTED
