"""Measures how long Mainstay takes to make the machines, and Ansible and pyinfra beside it; see README.md."""

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import machines
import with_ansible
import with_pyinfra
import workplace
from equal import ensure_equal
from figures import Facts, Sample, summarise, take
from wanted import Wanted, wanted
from workplace import HERE, MAINSTAY, REPOSITORY, Workplace

RESULTS = HERE / "results.json"
SEED = 1
STRATEGIES = ("linear", "free")


class Benchmark:
    """The runs so far, by what was measured."""

    def __init__(self, place: Workplace, again: int, strategy: str) -> None:
        self.place = place
        self.again = again
        self.strategy = strategy
        self.samples: defaultdict[str, list[Sample]] = defaultdict(list)
        self.facts: Facts = {}

    def mainstay_from_nothing(self) -> None:
        """No machine, no secret, no release: `up`, and then what there is to ask of a site that stands."""
        machines.destroy(self.place)
        shutil.rmtree(self.place.releases, ignore_errors=True)
        self._take("mainstay up, from nothing", lambda: self._mainstay("up", "-y"))
        ensure_equal(wanted(self.place.site()))
        for _ in range(self.again):
            said = self._take("mainstay up, nothing to do", lambda: self._mainstay("up", "-y"))
            _ensure("Nothing to do" in said, said)
            said = self._take("mainstay plan, nothing to do", lambda: self._mainstay("plan"))
            _ensure("Nothing to do" in said, said)
            self._take("mainstay --help", lambda: self._mainstay("--help"))
        site = self.place.site()
        site.ground.reach().hang_up([machine.name for machine in site.machines])
        self._take("mainstay up, nothing to do, no connection open", lambda: self._mainstay("up", "-y"))

    def mainstay_on_booted(self) -> None:
        """The machines run and hold nothing, the release is built: what Ansible and pyinfra find, too."""
        found = self._fresh()
        self._take_first("mainstay up, on booted machines", lambda: self._mainstay("up", "-y"), found)

    def ansible(self) -> None:
        """The playbook on fresh machines, then with nothing to do."""
        found = self._fresh()
        with_ansible.write(self.place, found, self.strategy)
        self.facts["ansible_tasks"] = with_ansible.count_tasks(self.place)
        self._take_first("ansible, first run", lambda: with_ansible.run(self.place), found)
        for _ in range(self.again):
            said = self._take("ansible, nothing to do", lambda: with_ansible.run(self.place))
            _ensure(with_ansible.changed_nothing(said), said)

    def ansible_other(self) -> None:
        """The strategy that was not chosen, on fresh machines once."""
        other = next(strategy for strategy in STRATEGIES if strategy != self.strategy)
        found = self._fresh()
        with_ansible.write(self.place, found, other)
        self._take_first(f"ansible {other}, first run", lambda: with_ansible.run(self.place), found)
        for _ in range(self.again):
            said = self._take(f"ansible {other}, nothing to do", lambda: with_ansible.run(self.place))
            _ensure(with_ansible.changed_nothing(said), said)

    def pyinfra(self) -> None:
        """The deploy file on fresh machines, then with nothing to do."""
        found = self._fresh()
        with_pyinfra.write(self.place, found)
        self.facts["pyinfra_operations"] = with_pyinfra.count_operations(self.place)
        self._take_first("pyinfra, first run", lambda: with_pyinfra.run(self.place), found)
        for _ in range(self.again):
            said = self._take("pyinfra, nothing to do", lambda: with_pyinfra.run(self.place))
            _ensure(with_pyinfra.changed_nothing(said), said)

    def image(self) -> None:
        """The image from nothing, in a cache of its own."""
        cache = self.place.folder / "empty-cache"
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}

        def build() -> str:
            command = (MAINSTAY, "lab", "image", "-q")
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

        self._take("image, from nothing", build)
        shutil.rmtree(cache)

    def _fresh(self) -> Wanted:
        seconds = machines.boot_fresh(self.place)
        self.samples["booting three machines"].append(Sample(seconds, 0.0, 0.0, os.getloadavg()[0]))
        return wanted(self.place.site())

    def _mainstay(self, *words: str) -> str:
        return workplace.run(MAINSTAY, *words, cwd=self.place.project)

    def _take_first(self, name: str, act: Callable[[], str], found: Wanted) -> None:
        """Besides, how long it takes until the site is served: a tool may end while the application still starts."""
        self._take(name, act)
        waited = ensure_equal(found)
        last = self.samples[name][-1]
        self.samples[f"{name}, until both servers answer"].append(replace(last, seconds=last.seconds + waited))

    def _take(self, name: str, act: Callable[[], str]) -> str:
        groups = [f"mainstay-{workplace.NAME}-{machine.name}" for machine in self.place.site().machines]
        sample, said = take(act, groups)
        self.samples[name].append(sample)
        cpu = f"cpu {sample.operator_cpu:5.2f} + {sample.machines_cpu:5.2f}"
        sys.stderr.write(f"{sample.seconds:8.2f} s  {cpu}  load {sample.load:.1f}  {name}\n")
        return said


def measure(benchmark: Benchmark, rounds: int, with_image: bool) -> None:
    """Every tool in every round, each round in another order."""
    order = random.Random(SEED)
    acts = [benchmark.mainstay_from_nothing, benchmark.mainstay_on_booted, benchmark.ansible, benchmark.pyinfra]
    try:
        for _ in range(rounds):
            order.shuffle(acts)
            for act in acts:
                act()
        benchmark.ansible_other()
    finally:
        machines.destroy(benchmark.place)
    if with_image:
        benchmark.image()


def main() -> None:
    """Measure everything and write it down."""
    given = _arguments()
    started, load = time.monotonic(), os.getloadavg()
    # Short, for OpenSSH's sockets lie in it and their paths may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = workplace.prepare(Path(folder))
        benchmark = Benchmark(place, given.again, given.strategy)
        measure(benchmark, given.rounds, given.image)
        found = {
            "commit": workplace.run("git", "rev-parse", "--short", "HEAD", cwd=REPOSITORY).strip(),
            "computer": _computer(),
            "load_average_at_start": [round(value, 2) for value in load],
            "versions": _versions(place),
            "ansible_strategy": given.strategy,
            **benchmark.facts,
            "figures": {name: summarise(samples) for name, samples in benchmark.samples.items()},
            "took_seconds": round(time.monotonic() - started),
        }
    given.results.write_text(json.dumps(found, indent=2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs on fresh machines, of each tool (%(default)s)")
    parser.add_argument("--again", type=int, default=2, help="runs with nothing to do, each round (%(default)s)")
    parser.add_argument("--strategy", choices=STRATEGIES, default="linear", help="Ansible's (%(default)s)")
    parser.add_argument("--image", action="store_true", help="build the image from nothing, too")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    return parser.parse_args()


def _computer() -> Facts:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages * size / 2**30),
        "system": platform.freedesktop_os_release()["PRETTY_NAME"],
        "python": platform.python_version(),
    }


def _versions(place: Workplace) -> Facts:
    listed = json.loads(workplace.run(place.tool("python"), "-m", "pip", "list", "--format=json"))
    kept = ("ansible-core", "pyinfra")
    return {package["name"]: package["version"] for package in listed if package["name"] in kept}


def _ensure(is_so: bool, said: str) -> None:
    if not is_so:
        raise AssertionError(f"something was changed though there was nothing to do:\n{said}")


if __name__ == "__main__":
    main()
