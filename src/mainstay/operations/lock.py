"""One operator at a time: a lock beside the user's file, gone with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site


@contextmanager
def only_operator(site: Site) -> Iterator[None]:
    """Hold the site's lock while the block runs.

    Raises:
        OperationError: another Mainstay on this computer holds it; or what is kept under the site's name is of another
            ground.
    """
    site.vault.store.ensure_folder()
    path = site.folder / "lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise OperationError(
                f"Another Mainstay (process {holder}) is changing {site.spec.name} right now.",
                "Wait for it to end, then try again.",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        _ensure_same_ground(site)
        yield


def _ensure_same_ground(site: Site) -> None:
    """A lab that is destroyed takes with it what was made for it: never the passwords of servers."""
    kind, noted = site.ground.kind, site.folder / "ground"
    there = noted.read_text().strip() if noted.exists() else kind
    if there == "lab" != kind:
        fix = f"Take the lab away first (`mainstay lab destroy {site.spec.name}`), or give the servers another `name:`."
        raise OperationError(f"{site.folder} holds the passwords of a lab.", fix)
    if there != kind:
        raise OperationError(f"{site.folder} holds the passwords of servers.", "Give the lab another `name:`.")
    noted.write_text(f"{kind}\n")
