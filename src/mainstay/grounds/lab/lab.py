"""The lab: keeps the ground's contract with machines made on this computer."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.lab import door, image, keys, needs, network
from mainstay.grounds.lab.forwarder import LOOPBACK
from mainstay.grounds.lab.machine import LabMachine
from mainstay.grounds.lab.places import Places
from mainstay.grounds.lab.record import Record, read
from mainstay.grounds.lab.start import ensure_running, wait_for_answer
from mainstay.grounds.reach import Reach, sockets_folder
from mainstay.model.machine import Machine


@dataclass(frozen=True)
class Lab:
    """A lab for one site.

    `packages` are those of all components, `wanted_port` is the first door's on this computer, `entrances` are where
    the site is reached inside, each as `address:port`, `disk_bytes` is the size of a new machine's disk. `scheme` is
    how visitors speak to it, "http" or "https".
    """

    places: Places
    packages: tuple[str, ...]
    wanted_port: int
    entrances: tuple[str, ...]
    disk_bytes: int
    scheme: str = "http"
    kind: str = field(default="lab", init=False)

    def members(self) -> dict[str, bool]:
        """The machines of this lab, and whether each of them runs."""
        return {name: self._machine(name).is_running for name in self._record().machines}

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """Afterwards every machine of the sequence runs and answers, and the door is open."""
        needs.ensure_usable()
        self._ensure_ours()
        root = self._ensure_possible(machines, report)
        self._note(machines, root)
        network.ensure(self.places.namespace)
        keys.write_ssh_config(self.places, machines)
        _on_each([m.name for m in machines], lambda name: ensure_running(self._machine(name), machines, report))
        door.open_to(self.places, self.wanted_port, self.entrances)

    def reach(self) -> Reach:
        """The way to the machines; they need not be up.

        Raises:
            GroundError: this computer lacks what it takes to go that way.
        """
        needs.ensure_usable()
        return Reach(self.places.ssh_config)

    def endpoints(self) -> tuple[str, ...]:
        """Each door's URL on this computer; with the port it would have, if it is shut."""
        opened = door.find(self.places)
        ports = [
            opened[entrance].port if entrance in opened else self.wanted_port + number
            for number, entrance in enumerate(self.entrances)
        ]
        return tuple(f"{self.scheme}://{LOOPBACK}:{port}" for port in ports)

    def power_off(self, machine: str) -> None:
        """Afterwards the machine is gone as if its cable was pulled; its disk stays as it was."""
        self._known(machine).clear()

    def power_on(self, machine: str) -> None:
        """Afterwards the machine runs and answers."""
        known = self._known(machine)
        if not known.is_running:
            network.ensure(self.places.namespace)  # gone if the computer was switched off meanwhile
            known.boot()
        wait_for_answer(known)

    def stop(self, report: Report) -> None:
        """Afterwards no machine of this lab runs: each was asked to shut down, and its disk stays."""

        def shut_down(name: str) -> None:
            report(name, "shutting down")
            self._machine(name).shut_down()

        names = self._record().machines
        self.reach().hang_up(names)
        _on_each(names, shut_down)
        door.close(self.places)

    def dismiss(self, names: Sequence[str]) -> None:
        """Afterwards these machines are gone, and their disks with them.

        With the last machine goes everything: no process, mount, network, control group or file is left.
        """
        if self.places.ssh_config.exists():
            self.reach().hang_up(names)
        _on_each(names, lambda name: self._machine(name).remove())
        left = tuple(name for name in self._record().machines if name not in names)
        if left:
            replace(self._record(), machines=left).write(self.places.record)
            return
        door.close(self.places)
        network.remove(self.places.namespace)
        shutil.rmtree(self.places.state, ignore_errors=True)
        for folder in (self.places.state.parent, self.places.state.parent.parent, sockets_folder()):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _machine(self, name: str) -> LabMachine:
        return LabMachine(self.places, name, Path(self._record().image), self.disk_bytes)

    def _known(self, name: str) -> LabMachine:
        if name not in self._record().machines:
            raise GroundError(
                f"The lab {self.places.name} has no machine named {name}.", "`mainstay lab list` shows them."
            )
        return self._machine(name)

    def _ensure_possible(self, machines: Sequence[Machine], report: Report) -> Path:
        """Check what the computer must have for the machines that do not run yet; gives the image's folder."""
        recipe = image.Recipe(self.packages)
        due = [m for m in machines if not self.members().get(m.name)]
        if due:
            databases = sum("database" in m.roles for m in due)
            needs.ensure_met(len(due), databases, recipe.is_made, self.places.state)
        root = image.ensure(recipe, lambda doing: report("", doing))
        report("", "")
        return root

    def _note(self, machines: Sequence[Machine], root: Path) -> None:
        """Remember what there is, before there is any of it; the image of a lab that has machines is never changed."""
        known = self._record()
        names = tuple(dict.fromkeys((*known.machines, *(m.name for m in machines))))
        self.places.state.mkdir(parents=True, exist_ok=True)
        image_folder = known.image if known.machines else str(root)
        Record(str(self.places.project), image_folder, names).write(self.places.record)

    def _record(self) -> Record:
        return read(self.places.record) or Record(str(self.places.project), "", ())

    def _ensure_ours(self) -> None:
        owner = self._record().project
        if owner != str(self.places.project):
            raise GroundError(
                f"A lab named {self.places.name} belongs to another project, at {owner}.",
                f"Give this site another `name:`, or take that lab down: `mainstay lab destroy {self.places.name}`.",
            )


def _on_each(names: Sequence[str], act: Callable[[str], None]) -> None:
    """For all at once; the first error is raised after all have ended."""
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        for future in [pool.submit(act, name) for name in names]:
            future.result()
