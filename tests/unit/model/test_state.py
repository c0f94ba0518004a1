"""What a machine answers."""

import pytest

from mainstay.model.manifest import Manifest
from mainstay.model.state import MachineState

OLD, NEW = Manifest("srv-01", {}), Manifest("srv-02", {})


@pytest.mark.parametrize(
    ("state", "recorded"),
    [
        (MachineState(), ()),
        (MachineState(record=OLD), (OLD,)),
        (MachineState(attempted=NEW), (NEW,)),
        (MachineState(record=OLD, attempted=NEW), (OLD, NEW)),
    ],
)
def test_whatever_may_have_left_something_is_recorded_the_newest_last(
    state: MachineState, recorded: tuple[Manifest, ...]
) -> None:
    assert state.recorded == recorded
