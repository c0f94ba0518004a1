"""The lab: keeps the ground's contract with machines made on this computer."""

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from mainstay.grounds.errors import GroundError
from mainstay.grounds.ground import Report
from mainstay.grounds.lab import door, image, keys, needs, network
from mainstay.grounds.lab.machine import LabMachine
from mainstay.grounds.lab.places import Places
from mainstay.grounds.lab.record import Record, read
from mainstay.grounds.reach import Reach, sockets_folder
from mainstay.model.machine import Machine

BOOT_SECONDS = 60.0


@dataclass(frozen=True)
class Lab:
    """A lab for one site: `packages` are those of all components, `wanted_port` the door's on this computer."""

    places: Places
    packages: tuple[str, ...]
    wanted_port: int
    site_port: int
    kind: str = field(default="lab", init=False)

    def exists(self) -> bool:
        """Whether this site has a lab here."""
        return self.places.record.exists()

    def present(self, machines: Sequence[Machine]) -> tuple[str, ...]:
        """Those of the machines that run here."""
        return tuple(m.name for m in machines if self.machine(m.name).is_running)

    def ensure(self, machines: Sequence[Machine], report: Report) -> None:
        """Afterwards every machine of the sequence runs and answers."""
        recipe = image.Recipe(self.packages)
        self._ensure_ours()
        running = [m.name for m in machines if self.machine(m.name).is_running]
        if len(running) < len(machines):
            missing = [m for m in machines if m.name not in running]
            databases = sum("database" in m.roles for m in missing)
            needs.ensure_met(len(missing), databases, recipe.is_made, self.places.state)
        root = image.ensure(recipe, lambda doing: report("", doing))
        self._note(machines, root)
        network.ensure(self.places.namespace)
        host_keys = {m.name: keys.ensure_pair(self.places.state / "keys" / m.name) for m in machines}
        keys.ensure_pair(self.places.key)
        keys.write_ssh_config(self.places, machines, host_keys)
        self._on_each([m.name for m in machines], lambda name: self._ensure_one(name, machines, report))
        self._open_door(machines)

    def reach(self) -> Reach:
        """The way to the machines; they need not be up."""
        return Reach(self.places.ssh_config)

    def address_of_site(self, machines: Sequence[Machine]) -> str:
        """The door's URL on this computer; the port it would have, if it is shut."""
        opened = door.find(self.places)
        return f"http://{door.LOOPBACK}:{opened[1] if opened else self.wanted_port}"

    def strangers(self, machines: Sequence[Machine]) -> tuple[str, ...]:
        """Machines that this lab has and the sequence has not."""
        wanted = {m.name for m in machines}
        return tuple(name for name in self._record().machines if name not in wanted)

    def dismiss(self, names: Sequence[str]) -> None:
        """Afterwards these machines are gone, and their disks with them."""
        self.reach().hang_up(names)
        self._on_each(names, lambda name: self.machine(name).remove())
        known = self._record()
        replace(known, machines=tuple(n for n in known.machines if n not in names)).write(self.places.record)

    def power_off(self, machine: str) -> None:
        """Afterwards the machine is gone as if its cable was pulled; its disk stays as it was."""
        self._ensure_known(machine)
        self.machine(machine).clear()

    def power_on(self, machine: str) -> None:
        """Afterwards the machine runs and answers."""
        self._ensure_known(machine)
        if not self.machine(machine).is_running:
            self.machine(machine).boot()
        self._wait_for_answer(machine)

    def stop(self, report: Report) -> None:
        """Afterwards no machine of this lab runs: each was asked to shut down, and its disk stays."""

        def shut_down(name: str) -> None:
            report(name, "shutting down")
            self.machine(name).shut_down()

        names = self._record().machines
        self.reach().hang_up(names)
        self._on_each(names, shut_down)
        door.close(self.places)

    def destroy(self) -> None:
        """Afterwards nothing of this lab is left: no process, mount, network, control group or file."""
        names = self._record().machines
        if self.places.ssh_config.exists():
            self.reach().hang_up(names)
        door.close(self.places)
        self._on_each(names, lambda name: self.machine(name).remove())
        network.remove(self.places.namespace)
        shutil.rmtree(self.places.state, ignore_errors=True)
        for folder in (self.places.state.parent, self.places.state.parent.parent, sockets_folder()):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def machine(self, name: str) -> LabMachine:
        """One machine of this lab, over the image it was made from."""
        return LabMachine(self.places, name, Path(self._record().image))

    def _ensure_one(self, name: str, machines: Sequence[Machine], report: Report) -> None:
        machine = self.machine(name)
        if not machine.is_running:
            report(name, "booting")
            identity = next(m for m in machines if m.name == name)
            machine.clear()
            hosts = "127.0.0.1 localhost\n" + "".join(f"{m.address} {m.name}\n" for m in machines)
            machine.furnish(identity, hosts, keys.ensure_pair(self.places.key), self.places.state / "keys" / name)
            machine.boot()
        self._wait_for_answer(name)

    def _wait_for_answer(self, name: str) -> None:
        begun = time.monotonic()
        while time.monotonic() - begun < BOOT_SECONDS:
            try:
                if self.reach().run(name, ("true",), seconds=10).is_success:
                    return
            except GroundError:
                time.sleep(0.1)
        console = self.places.machine(name) / "console.log"
        raise GroundError(
            f"{name} did not answer within {BOOT_SECONDS:g} s of booting.", f"Its console's log: {console}"
        )

    def _open_door(self, machines: Sequence[Machine]) -> None:
        balancers = [m for m in machines if "balancer" in m.roles]
        door.open_to(self.places, self.wanted_port, f"{balancers[0].address}:{self.site_port}")

    def _note(self, machines: Sequence[Machine], root: Path) -> None:
        """Remember what there is, before there is any of it; the image of a lab that has machines is never changed."""
        known = self._record()
        names = tuple(sorted({*known.machines, *(m.name for m in machines)}))
        chosen = known.image if known.machines else str(root)
        self.places.state.mkdir(parents=True, exist_ok=True)
        Record(str(self.places.project), chosen, names).write(self.places.record)

    def _record(self) -> Record:
        return read(self.places.record) or Record(str(self.places.project), "", ())

    def _ensure_ours(self) -> None:
        owner = self._record().project
        if owner != str(self.places.project):
            raise GroundError(
                f"A lab named {self.places.name} belongs to another project, at {owner}.",
                f"Give this site another `name:`, or take that lab down: `mainstay lab destroy {self.places.name}`.",
            )

    def _ensure_known(self, machine: str) -> None:
        if machine not in self._record().machines:
            raise GroundError(
                f"The lab {self.places.name} has no machine named {machine}.", "`mainstay lab list` shows them."
            )

    @staticmethod
    def _on_each(names: Sequence[str], act: Callable[[str], None]) -> None:
        with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
            for future in [pool.submit(act, name) for name in names]:
                future.result()
