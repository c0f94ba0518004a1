"""What a lab notes of itself on this computer, before it makes anything."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mainstay.grounds.lab.places import Places, labs_folder


@dataclass(frozen=True)
class Record:
    """Whose lab it is (its project's `.mainstay` folder), its image's folder, and the machines it has or had."""

    project: str
    image: str
    machines: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write it whole or not at all."""
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(asdict(self)))
        fresh.replace(path)


def read(path: Path) -> Record | None:
    """The record that lies there, if one does."""
    try:
        data = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return Record(data["project"], data["image"], tuple(data["machines"]))


def all_labs() -> tuple[tuple[Places, Record], ...]:
    """Every lab of this user, by name."""
    folder = labs_folder()
    states = sorted(entry for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    found = ((state, read(state / "lab.json")) for state in states)
    return tuple((Places(state.name, state, Path(record.project)), record) for state, record in found if record)
