"""The benchmark's machines: made afresh, and taken away again.

python machines.py FILE   boots the machines of a mainstay.yaml and puts nothing on them; prints the seconds it took

This runs in a process of its own, so that the machines are nobody's children when they are to end.
"""

import sys
import time
from pathlib import Path

import workplace
from workplace import MAINSTAY, Workplace

from mainstay.operations.site import open_site


def boot_fresh(place: Workplace) -> float:
    """Afterwards the machines are as the image makes them, and answer; gives the seconds that booting took."""
    destroy(place)
    return float(workplace.run(sys.executable, __file__, str(place.project / "mainstay.yaml")))


def destroy(place: Workplace) -> None:
    """Afterwards there is no lab, and no secret or key of it."""
    workplace.run(MAINSTAY, "down", "--destroy", "-y", "-q", cwd=place.project)


def main() -> None:
    """Boot, and say how long it took."""
    site = open_site(Path(sys.argv[1]))
    started = time.monotonic()
    site.ground.ensure(site.machines, lambda *_: None)
    sys.stdout.write(f"{time.monotonic() - started:.3f}\n")


if __name__ == "__main__":
    main()
