"""`exec`: a program on the machines, or a command as the application would run it."""

import shlex
from collections.abc import Sequence

from mainstay.grounds.shell import Completed
from mainstay.operations.release import in_release
from mainstay.operations.site import Site

SECONDS = 3600.0


def execute(site: Site, machines: Sequence[str], words: Sequence[str], in_app: bool) -> dict[str, Completed]:
    """Run the words as one command on each of the machines, at once, to their end.

    Raises:
        GroundError: a machine cannot be reached.
    """
    argv = in_release(f"/srv/{site.spec.name}/current", shlex.join(words)) if in_app else tuple(words)
    reach = site.ground.reach()
    return reach.on_each(site.switched_on(machines), lambda name: reach.run(name, argv, seconds=SECONDS))
