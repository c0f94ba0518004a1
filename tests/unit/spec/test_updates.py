"""The section `updates`, which may be a switch."""

from pathlib import Path

import pytest

from mainstay.spec.sections.updates import Updates
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

REST = MINIMAL + APP


@pytest.mark.parametrize("written", ["", "updates:\n", "updates: on\n", "updates: {}\n", 'updates: {at: "02:00"}\n'])
def test_it_is_on_with_its_defaults(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, REST + written).updates == Updates(at="02:00")


@pytest.mark.parametrize("word", ["off", "no", "false", "OFF"])
def test_off_is_off(tmp_path: Path, word: str) -> None:
    assert loaded(tmp_path, f"{REST}updates: {word}\n").updates is None


def test_an_overlay_may_switch_it_off_and_on(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{REST}updates: {{at: 23:45}}\n", staging="updates: off\n").updates is None
    assert loaded(tmp_path, f"{REST}updates: off\n", staging="updates: {at: 23:45}\n").updates == Updates(at="23:45")


@pytest.mark.parametrize("at", ["24:00", "2:00", "02:60", "02:00:00", "02:00 UTC", "*:00", "night"])
def test_what_is_no_time_of_day_is_refused(tmp_path: Path, at: str) -> None:
    assert says(tmp_path, f'{REST}updates: {{at: "{at}"}}\n') == [
        f'mainstay.yaml:11: updates.at: "{at}" is not a time of day. Write one such as "02:00", in UTC.'
    ]


def test_an_unknown_key_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    assert says(tmp_path, f"{REST}updates: {{reboot: on}}\n") == [
        'mainstay.yaml:11: updates.reboot: There is no key "reboot" here. Known here: at.'
    ]
