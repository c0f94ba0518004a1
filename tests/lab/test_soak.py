"""Five minutes of faults that chance chooses: nothing is lost, and there are never two primaries."""

import json
import subprocess
import sys
from pathlib import Path

LABS = ("mst-soak",)
CHECKOUT = Path(__file__).parent.parent.parent
MINUTES = 5
SEED = 20
"""Fixed, so that a run can be repeated; a longer one is in benchmarks/soak."""


def test_nothing_is_lost_whatever_is_hurt(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    words = ("--minutes", str(MINUTES), "--seed", str(SEED), "--name", LABS[0], "--port", "18195", "--out", str(out))
    program = (sys.executable, "-m", "benchmarks.soak.run", *words)
    done = subprocess.run(program, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert out.exists(), done.stderr
    found = json.loads(out.read_text())
    breaches = ("lost", "unexpected", "two_primaries", "beyond_the_primary", "behind_the_primary", "troubles")
    assert [found[name] for name in breaches if found[name]] == [], done.stdout
    assert found["faults_in_all"] > MINUTES
    assert found["acknowledged"] > 600
