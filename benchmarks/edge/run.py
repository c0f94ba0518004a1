"""What tools of others find at the edge, and what visitors notice of a thousand slow connections.

A lab with the blueprint `ha`, `https` and `firewall` on; visitors come from one address, the slow ones from another.
What the tools said is kept whole; see README.md for the tools.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.place import a_site
from mainstay.drills.attempt import PROBE, READ, WRITE, Attempt
from mainstay.drills.verdict import percentile
from mainstay.grounds.lab import process
from mainstay.grounds.lab.lab import Lab
from mainstay.operations.drill import drills_of
from mainstay.operations.drilled import load_for
from mainstay.operations.lock import only_operator
from mainstay.operations.site import Site

ON = {"https: off": "https: on", "firewall: off": "firewall: on"}
RATES = {PROBE: 20.0, READ: 20.0, WRITE: 10.0}
QUIET_SECONDS, SLOW_SECONDS, SLOW_CONNECTIONS = 30.0, 30, 1000
MODES = {"headers": ("-H",), "body": ("-B",), "read": ("-X", "-w", "1", "-y", "8", "-n", "1", "-z", "4")}
"""Of slowhttptest: header lines, or a body, that come one by one; answers that nobody takes."""

FROM = "srv-02"
"""On whose address the slow connections come: another than the visitors'."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
HARMLESS = ("OK", "INFO", "LOW")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for what the tools said")
    parser.add_argument("--name", default="edge", help="of the lab")
    parser.add_argument("--port", type=int, default=48184, help="of the lab's door on this computer")
    return parser.parse_args()


def main(given: argparse.Namespace) -> int:
    missing = [tool for tool in ("testssl", "slowhttptest") if shutil.which(tool) is None]
    if missing:
        print(f"{' and '.join(missing)} not found: see benchmarks/edge/README.md", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    with a_site(given.name, given.port, ON) as site:
        found = {
            "testssl": by_testssl(site, given),
            "sslyze": by_sslyze(site, given),
            "slow": by_slow_connections(site, given.out),
        }
    text = json.dumps(found, indent=2)
    print(text)
    (given.out / "results.json").write_text(text + "\n")
    return 0


def by_testssl(site: Site, given: argparse.Namespace) -> dict[str, Any]:
    """How many findings of each severity, and those above `LOW`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "testssl.json"
        command = (
            "testssl", "--quiet", "--color", "0", "--warnings", "batch", "--add-ca", str(site.authority_file),
            "--ip", "127.0.0.1", "--jsonfile", str(file), f"{site.spec.domain}:{given.port}",
        )  # fmt: skip
        keep(given.out / "testssl.txt", command)
        findings = json.loads(file.read_text())
    above = [f"{f['id']}: {f['finding']}" for f in findings if f["severity"] not in HARMLESS]
    return {"findings": dict(Counter(f["severity"] for f in findings)), "above_low": above}


def by_sslyze(site: Site, given: argparse.Namespace) -> dict[str, Any]:
    """Whether it is what Mozilla's guideline calls intermediate."""
    where = f"{site.spec.domain}:{given.port}{{127.0.0.1}}"
    with tempfile.TemporaryDirectory() as folder:
        python = str(Path(folder) / "bin" / "python")
        venv.create(folder, with_pip=True)
        pip = (python, "-m", "pip", "-qq", "--disable-pip-version-check", "install", "--require-hashes")
        subprocess.run((*pip, "-r", str(Path(__file__).parent / "requirements.txt")), check=True)
        asked = ("--mozilla_config=intermediate", f"--certinfo_ca_file={site.authority_file}", where)
        said = keep(given.out / "sslyze.txt", (python, "-W", "ignore", "-m", "sslyze", *asked))
    return {
        "mozilla_intermediate": [
            line.strip() for line in said.splitlines() if f"{site.spec.domain}:{given.port}: " in line
        ]
    }


def by_slow_connections(site: Site, out: Path) -> dict[str, Any]:
    """The visitors' 99th percentile, in seconds, and how many were not served: alone, and beside each mode."""
    found = {"alone": visited(site, ())}
    for mode, words in MODES.items():
        found[mode] = visited(site, words, out / f"slowhttptest-{mode}.txt")
    return found


def visited(site: Site, words: Sequence[str], said: Path | None = None) -> dict[str, Any]:
    load = load_for(site, drills_of(site)[0])
    load = replace(load, order=replace(load.order, rates=RATES))
    with only_operator(site), load.running():
        if said is None:
            time.sleep(QUIET_SECONDS)
        else:
            connect_slowly(site, words, said)
    attempts: tuple[Attempt, ...] = load.attempts()
    shutil.rmtree(load.order.folder)
    return {
        "requests": len(attempts),
        "not_served": sum(not attempt.is_ok for attempt in attempts),
        "p99": round(percentile([attempt.seconds for attempt in attempts], 99), 3),
    }


def connect_slowly(site: Site, words: Sequence[str], said: Path) -> None:
    """A thousand connections from inside another machine's network, by the name that visitors use."""
    assert isinstance(site.ground, Lab)
    init = process.init_of(site.ground.places.tag(FROM))
    address = site.entrances[0].rpartition(":")[0]
    with tempfile.NamedTemporaryFile("w", suffix=".hosts") as hosts:
        hosts.write(f"{address} {site.spec.domain}\n")
        hosts.flush()
        slow = (
            "slowhttptest", *words, "-c", str(SLOW_CONNECTIONS), "-r", "200", "-l", str(SLOW_SECONDS),
            "-i", "5", "-p", "3", "-u", f"https://{site.spec.domain}/",
        )  # fmt: skip
        known = ("unshare", "--mount", "sh", "-c", f'mount --bind {hosts.name} /etc/hosts && exec "$@"', "sh", *slow)
        keep(said, ("nsenter", f"--net=/proc/{init}/ns/net", *known))


def keep(file: Path, command: Sequence[str]) -> str:
    """What a tool printed, in a file and as a text; its status says what it found, and is no error."""
    said = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    text = COLOURS.sub("", said.stdout + said.stderr)
    file.write_text(text)
    return text


if __name__ == "__main__":
    sys.exit(main(arguments()))
