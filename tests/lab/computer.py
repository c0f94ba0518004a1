"""This computer as the lab's tests see it, with eyes of their own: what a lab leaves here, by its name alone.

Nothing of Mainstay is used, so that what Mainstay forgets to clear is found. Every function takes the name of a lab;
all names of labs that begin with it and a hyphen are meant, too.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
NAMESPACES = Path("/run/netns")
APART = "mst_apart"


def processes_of(lab: str) -> dict[int, str]:
    """Every process of the lab, with its command line: what runs on its machines, and what serves them out here."""
    return {pid: command for pid, command in _commands() if _is_of(lab, pid, command)}


def mounts_of(lab: str) -> list[str]:
    """Where something is mounted for the lab, the innermost first: its disks and its network's namespace."""
    places = [line.split()[1] for line in _read(PROC / "self" / "mounts").splitlines()]
    is_ours = re.compile(rf"(/labs/{lab}[-/]|{NAMESPACES}/mainstay-{lab}(-|$))")
    return [place for place in reversed(places) if is_ours.search(place)]


def namespaces_of(lab: str) -> list[str]:
    """The files of the lab's network namespaces."""
    return [str(path) for path in (*NAMESPACES.glob(f"mainstay-{lab}"), *NAMESPACES.glob(f"mainstay-{lab}-*"))]


def groups_of(lab: str) -> list[Path]:
    """The lab's control groups, the innermost first."""
    tops = [top for mount in _control_groups() for top in mount.glob(f"mainstay-{lab}-*")]
    return [Path(folder) for top in tops for folder, _, _ in os.walk(top, topdown=False)]


def disks_of(lab: str) -> list[str]:
    """The lab's disks that a loop device holds."""
    held = [_read(file).strip() for file in Path("/sys/block").glob("loop*/loop/backing_file")]
    return [disk for disk in held if f"/labs/{lab}/" in disk]


def remains_of(lab: str) -> list[str]:
    """A line for each thing that this lab still has on this computer, files apart; empty when it is gone."""
    return [
        *(f"process {pid}: {command}" for pid, command in processes_of(lab).items()),
        *(f"mount {place}" for place in mounts_of(lab)),
        *(f"loop device of {disk}" for disk in disks_of(lab)),
        *(f"network namespace {path}" for path in namespaces_of(lab)),
        *(f"control group {path}" for path in groups_of(lab)),
    ]


def inits_of(lab: str) -> dict[str, int]:
    """The process that is number 1 on each running machine of the lab, by the machine's name."""
    found = {}
    for pid in processes_of(lab):
        numbers = _field(pid, "NSpid")
        if len(numbers) > 1 and numbers[-1] == "1":
            machine = next((step for step in _group(pid) if step.startswith(f"mainstay-{lab}-")), "")
            found[machine.removeprefix(f"mainstay-{lab}-").removesuffix(".service")] = pid
    return found


def lose_power(lab: str) -> None:
    """What a power cut of this computer does to the lab: no process, mount, namespace or group of it is left.

    What is on disk stays as it was at that moment.
    """
    _kill_all(lab)
    for place in mounts_of(lab):
        _unmount(place)
    _wait_for_loop_devices(lab)
    for path in namespaces_of(lab):
        Path(path).unlink()
    for group in groups_of(lab):
        group.rmdir()


def pull_all_plugs(lab: str, seconds: float = 20.0) -> None:
    """All machines of the lab lose their power at one moment; its network stays."""
    inits = inits_of(lab).values()
    for init in inits:
        _kill(init)
    for init in inits:
        wait_for_end(init, seconds)


@contextmanager
def cut_off(lab: str, machine: str) -> Iterator[None]:
    """While the block runs, the lab's end of the machine's cable is down."""
    plug, enter = _port_of(lab, machine), _inside(lab)
    ends = json.loads(_output(*enter, "ip", "-json", "link"))
    cable = next(end["ifname"] for end in ends if end["ifindex"] == plug)
    _output(*enter, "ip", "link", "set", cable, "down")
    try:
        yield
    finally:
        _output(*enter, "ip", "link", "set", cable, "up")


@contextmanager
def cut_apart(lab: str, one: str, other: str) -> Iterator[None]:
    """While the block runs nothing goes from one machine to the other, nor back; all others reach both."""
    enter, ports = _inside(lab), [_port_of(lab, machine) for machine in (one, other)]
    drops = "".join(f"iif {here} oif {there} drop; " for here, there in (ports, reversed(ports)))
    _output(
        *enter, "nft", f"table bridge {APART} {{ chain forward {{ type filter hook forward priority 0; {drops}}}; }}"
    )
    try:
        yield
    finally:
        _output(*enter, "nft", f"delete table bridge {APART}")


def wait_for_end(pid: int, seconds: float) -> float:
    """Wait until a process is gone, polling every few milliseconds; give the moment, as time.monotonic() has it."""
    begun = time.monotonic()
    while (PROC / str(pid)).exists() and not _is_ended(pid):
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"Process {pid} did not end within {seconds:g} s.")
        time.sleep(0.005)
    return time.monotonic()


def tree(folder: Path) -> dict[str, str]:
    """Every file and folder below, by its path, with its kind, mode and size; what goes away meanwhile is not there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        try:
            seen = path.lstat()
        except FileNotFoundError:
            continue
        found[str(path.relative_to(folder))] = f"{seen.st_mode:o} {seen.st_size if path.is_file() else ''}".strip()
    return found


def _kill_all(lab: str, seconds: float = 10.0) -> None:
    begun = time.monotonic()
    while left := processes_of(lab):
        for pid in left:
            _kill(pid)
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"Could not be killed within {seconds:g} s: {left}")
        time.sleep(0.05)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _unmount(place: str) -> None:
    """It may be busy for as long as the kernel needs to bury the processes that were on it."""
    begun = time.monotonic()
    while (done := subprocess.run(("umount", place), capture_output=True, text=True, check=False)).returncode != 0:
        assert time.monotonic() - begun < 10, done.stderr
        time.sleep(0.1)


def _wait_for_loop_devices(lab: str, seconds: float = 10.0) -> None:
    """The kernel lets go of a disk a moment after the last that had it mounted, here or on a machine, is buried."""
    begun = time.monotonic()
    while disks_of(lab) and time.monotonic() - begun < seconds:
        time.sleep(0.1)


def _commands() -> Iterator[tuple[int, str]]:
    """What has ended is left out, though it is listed until its parent asks for it: some computers' init never does."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and not _is_ended(int(entry.name)):
            yield int(entry.name), _read(entry / "cmdline").replace("\0", " ").strip()


def _is_of(lab: str, pid: int, command: str) -> bool:
    """By its control group, by the network it names, or by the environment in which the tests call Mainstay."""
    is_inside = any(step.startswith(f"mainstay-{lab}-") for step in _group(pid))
    is_about = re.search(rf"{NAMESPACES}/mainstay-{lab}(-|\s|$)", command) is not None
    given = _read(PROC / str(pid) / "environ").split("\0")
    is_called = any(word.startswith("XDG_STATE_HOME=") and f"/{lab}-" in word for word in given)
    return is_inside or is_about or is_called


def _is_ended(pid: int) -> bool:
    return _field(pid, "State")[:1] == ["Z"]


def _group(pid: int) -> list[str]:
    return _read(PROC / str(pid) / "cgroup").replace("\n", "/").split("/")


def _inside(lab: str) -> tuple[str, ...]:
    """What a command in the lab's network begins with."""
    return ("nsenter", f"--net={NAMESPACES}/mainstay-{lab}")


def _port_of(lab: str, machine: str) -> int:
    """The number of the lab's end of the machine's cable."""
    inside = f"--net=/proc/{inits_of(lab)[machine]}/ns/net"
    link = json.loads(_output("nsenter", inside, "ip", "-json", "link", "show", "host0"))[0]
    return int(link["link_index"])


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def _field(pid: int, name: str) -> list[str]:
    lines = _read(PROC / str(pid) / "status").splitlines()
    return next((line.split()[1:] for line in lines if line.startswith(f"{name}:")), [])


def _control_groups() -> list[Path]:
    lines = [line.split() for line in _read(PROC / "self" / "mounts").splitlines()]
    return [Path(words[1]) for words in lines if words[2] == "cgroup2"]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
