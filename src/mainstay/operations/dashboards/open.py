"""`dashboards open`: lets a browser on this computer look at Prometheus or Alertmanager, which want a certificate."""

import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstay.compiler.compile import compile_plan
from mainstay.grounds import shell
from mainstay.model.machine import Instance, Machine
from mainstay.operations.dashboards.door import LOOPBACK, Door
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE
from mainstay.vault.authority import Leaf

SHOWN = ("prometheus", "alertmanager")
ASKING = "prometheus"
"""Whose certificate both want to see."""

REACHED_SECONDS, LOOK_EVERY = 10.0, 0.05


@contextmanager
def opened(site: Site, what: str, port: int) -> Iterator[tuple[Door, str]]:
    """A door at this port (0: any that is free), and the machine it leads to: the first in the file that lets us in.

    Raises:
        OperationError: nothing monitors here, or no machine that does lets us in, or the port is taken.
    """
    monitoring = site.running("monitoring") if site.spec.monitoring else ()
    if not monitoring:
        raise OperationError("Monitoring is off: there is nothing to look at.", "Delete `monitoring: off`, then `up`.")
    on = site.switched_on([machine.name for machine in monitoring])
    said = []
    for machine in (machine for machine in monitoring if machine.name in on):
        tunnel, beyond = _tunnel(site, machine, what)
        try:
            if not _leads_there(tunnel, beyond):
                said.append(f"{machine.name} cannot be reached.")
                continue
            with _door(port, beyond, _context(site, machine)) as door:
                yield door, machine.name
                return
        finally:
            tunnel.kill()
            tunnel.communicate()
    raise OperationError("\n".join(said), "`mainstay status` shows which machines answer.")


def _tunnel(site: Site, machine: Machine, what: str) -> tuple[shell.Process, int]:
    """SSH that carries a free port of this computer to the program's on the machine."""
    exposure = compile_plan(site.spec, ANY_RELEASE).exposures[Instance(what, machine)]
    number = next(port.number for port in exposure.ports if port.name == "api")
    with socket.create_server((LOOPBACK, 0)) as free:
        beyond = int(free.getsockname()[1])
    return shell.start(site.ground.reach().tunnel(machine.name, beyond, f"{machine.address}:{number}")), beyond


def _leads_there(tunnel: shell.Process, beyond: int) -> bool:
    """Whether the tunnel stands, before long."""
    end = time.monotonic() + REACHED_SECONDS
    while time.monotonic() < end and tunnel.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, beyond)) == 0:
                return True
        time.sleep(LOOK_EVERY)
    return False


def _context(site: Site, machine: Machine) -> ssl.SSLContext:
    """Who we are: the machine's own Prometheus, whose certificate is kept on this computer, too."""
    certificates = site.vault.certificates
    context = ssl.create_default_context(cadata=certificates.believed())
    pair = certificates.identity(Leaf(ASKING, machine.name, machine.address))
    with tempfile.TemporaryDirectory() as folder:
        identity = Path(folder, "identity.pem")
        identity.touch(mode=0o600)
        identity.write_text(f"{pair.certificate}\n{pair.key}\n")
        context.load_cert_chain(identity)
    return context


def _door(port: int, beyond: int, context: ssl.SSLContext) -> Door:
    try:
        return Door(port, beyond, context)
    except OSError as error:
        raise OperationError(f"Port {port} is taken: {error.strerror}.", "Choose another: `--port`.") from error
