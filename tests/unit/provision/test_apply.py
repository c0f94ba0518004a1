"""Workers: who carries changes out, and what is said when that cannot be."""

from pathlib import Path

import pytest

from mainstay.grounds.reach import Reach
from mainstay.model.change import Change
from mainstay.model.install import Directory
from mainstay.provision.apply import ProvisionError, Workers

NOBODY = "Host *\n  HostName 127.0.0.1\n  Port 1\n  StrictHostKeyChecking no\n"  # nothing listens on port 1
CHANGE = Change("base", Directory("/srv/shop"), "make /srv/shop")


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    config = tmp_path / "ssh_config"
    config.write_text(NOBODY)
    return Reach(config)


def silent(machine: str, doing: str) -> None:
    """No report."""


def test_each_order_is_answered_also_after_one_that_failed(reach: Reach) -> None:
    with Workers(reach) as workers:
        for _ in range(2):
            with pytest.raises(ProvisionError) as caught:
                workers.apply({"srv-01": [CHANGE], "srv-02": [CHANGE], "srv-03": []}, {}, silent)
            said = str(caught.value)
            assert "srv-01: connecting failed:\n    Could not connect" in said
            assert "srv-02: connecting failed:\n    Could not connect" in said
            assert "srv-03" not in said


def test_nothing_is_started_for_nothing(reach: Reach) -> None:
    with Workers(reach) as workers:
        workers.apply({"srv-01": []}, {}, silent)
        assert vars(workers)["_by_machine"] == {}
