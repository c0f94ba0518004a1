"""Hurting and healing: noted before it is done, undone by whoever comes next."""

import json
from pathlib import Path

import pytest

from mainstay.drills.hurting import Hand, Hurt
from mainstay.grounds.errors import GroundError
from tests.fakes.hurtable import HurtableGround

NGINX = ("nginx.service",)


def a_ground() -> HurtableGround:
    return HurtableGround({"lb-01": True, "srv-01": True, "srv-02": True})


def a_hand(ground: HurtableGround, folder: Path) -> Hand:
    return Hand(ground, ground, ground, folder / "hurt.json")


@pytest.mark.parametrize(
    ("hurt", "done", "healed"),
    [
        (
            Hurt("process-killed", "srv-01", NGINX),
            ["srv-01: systemctl kill --signal=KILL nginx.service"],
            ["mend", "srv-01: systemctl start nginx.service"],
        ),
        (
            Hurt("process-stopped", "srv-01", NGINX),
            ["srv-01: systemctl stop nginx.service"],
            ["mend", "srv-01: systemctl start nginx.service"],
        ),
        (
            Hurt("process-frozen", "srv-01", NGINX),
            ["srv-01: systemctl kill --signal=STOP nginx.service"],
            [
                "mend",
                "srv-01: systemctl kill --signal=CONT nginx.service",
                "srv-01: systemctl start nginx.service",
            ],
        ),
        (Hurt("power-off", "srv-02"), ["power off srv-02"], ["mend", "power on srv-02"]),
        (Hurt("power-cycle", "srv-02"), ["power off srv-02", "power on srv-02"], ["mend"]),
        (Hurt("cpu-stalled", "srv-02"), ["stall srv-02"], ["mend"]),
        (Hurt("cut-off", "srv-02"), ["cut off srv-02"], ["mend"]),
        (Hurt("cut-off-one-way", "srv-02"), ["silence srv-02"], ["mend"]),
        (Hurt("disk-full", "srv-02"), ["fill the disk of srv-02"], ["mend"]),
        (Hurt("drained", "srv-02"), ["take srv-02 out"], ["mend", "put srv-02 back"]),
        (Hurt("cut-apart", "srv-01", others=("srv-02",)), ["cut srv-01 from srv-02"], ["mend"]),
    ],
)
def test_each_fault_is_done_and_undone(hurt: Hurt, done: list[str], healed: list[str], tmp_path: Path) -> None:
    ground = a_ground()
    a_hand(ground, tmp_path).hurt(hurt)
    assert ground.done == done
    ground.done.clear()
    assert a_hand(ground, tmp_path).heal_all() == (hurt,)
    assert ground.done == healed
    assert list(tmp_path.iterdir()) == []


def test_a_hurt_is_on_the_disk_before_it_is_done(tmp_path: Path) -> None:
    seen = []

    class Looking(HurtableGround):
        def power_off(self, machine: str) -> None:
            seen.extend(json.loads((tmp_path / "hurt.json").read_text()))

    a_hand(Looking({"srv-01": True}), tmp_path).hurt(Hurt("power-off", "srv-01"))
    assert seen == [{"act": "power-off", "machine": "srv-01", "units": [], "others": []}]


def test_nothing_noted_is_nothing_to_heal(tmp_path: Path) -> None:
    ground = a_ground()
    assert a_hand(ground, tmp_path).heal_all() == ()
    assert ground.done == []


def test_a_healing_that_fails_stays_noted(tmp_path: Path) -> None:
    class Broken(HurtableGround):
        def power_on(self, machine: str) -> None:
            raise GroundError("it does not answer")

    hand = a_hand(Broken({"srv-01": True}), tmp_path)
    hand.hurt(Hurt("power-off", "srv-01"))
    with pytest.raises(GroundError):
        hand.heal_all()
    assert hand.noted() == (Hurt("power-off", "srv-01"),)


def test_a_stopped_service_on_a_machine_that_lost_power_since_is_healed(tmp_path: Path) -> None:
    ground = a_ground()
    a_hand(ground, tmp_path).hurt(Hurt("process-stopped", "srv-01", NGINX))
    ground.on["srv-01"] = False
    a_hand(ground, tmp_path).heal_all()
    assert ground.done[1:] == ["mend", "power on srv-01", "srv-01: systemctl start nginx.service"]


def test_where_cables_are_out_of_reach_only_processes_can_be_hurt(tmp_path: Path) -> None:
    ground = a_ground()
    hand = Hand(ground, None, ground, tmp_path / "hurt.json")
    hand.hurt(Hurt("process-killed", "srv-01", NGINX))
    with pytest.raises(GroundError, match="in the lab only"):
        hand.hurt(Hurt("cut-off", "srv-01"))
    with pytest.raises(GroundError, match="in the lab only"):
        hand.hurt(Hurt("disk-full", "srv-01"))
    hand.heal_all()
    assert ground.done == [
        "srv-01: systemctl kill --signal=KILL nginx.service",
        "srv-01: systemctl start nginx.service",
    ]
