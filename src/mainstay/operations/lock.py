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
        OperationError: another Mainstay on this computer holds it.
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
        yield
