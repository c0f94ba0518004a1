"""`up`: make it so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mainstay.grounds.ground import Report
from mainstay.health.examine import wait_until_healthy
from mainstay.operations.database.found import found_database, remove_old_accounts
from mainstay.operations.database.to_keepers import take_over_by_keepers
from mainstay.operations.errors import OperationError
from mainstay.operations.heal import heal_all
from mainstay.operations.lock import only_operator
from mainstay.operations.owed import settle
from mainstay.operations.prepare import prepare
from mainstay.operations.release import run_release_command
from mainstay.operations.rollout import Rollout
from mainstay.operations.rotation import put_back
from mainstay.operations.site import Site
from mainstay.operations.voters.settle import settle_voters
from mainstay.releases.release import recipe

HEALTHY_SECONDS = 60.0
Consent = Callable[[str, Sequence[str]], bool]
"""Asked before something is destroyed: what would be lost, and the names concerned."""


@dataclass(frozen=True)
class Done:
    """What `up` did: the number of changes by machine, whether the database needed something, and the site's URLs."""

    changes: dict[str, int]
    is_database_changed: bool
    endpoints: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether all was as it should be already."""
        return not self.is_database_changed and not any(self.changes.values())


def up(site: Site, report: Report, consent: Consent) -> Done:
    """Bring every machine to what the file says, in an order in which the site goes on serving.

    A run that broke off is finished by the next: every step looks at what is there before it acts.
    """
    # What is missing on this computer, or in the project, is said before anything is made.
    site.ground.reach()
    recipe(site.spec, site.project)
    with only_operator(site):
        heal_all(site)  # what a drill that was killed has left
        strangers = _strangers(site, consent)
        site.ground.ensure(site.machines, report)
        settle(site)
        put_back(site, report)
        rollout = Rollout(prepare(site), report)
        rollout.begin()
        rollout.roll("base")
        settle_voters(rollout)
        take_over_by_keepers(rollout)
        rollout.roll("mysql", "keeper")
        is_database_changed = found_database(site, report)
        rollout.roll("haproxy", role="app")
        rollout.carry("app")
        run_release_command(rollout.prepared, report)
        rollout.roll("app", "nginx")
        rollout.roll("haproxy", "keepalived")
        rollout.remove_leftovers()
        remove_old_accounts(site, report)
        if strangers:
            site.ground.dismiss(strangers)
        _wait_until_all_is_healthy(rollout)
        rollout.end()
        return Done(rollout.counts, is_database_changed, site.ground.endpoints())


def _wait_until_all_is_healthy(rollout: Rollout) -> None:
    plan, site = rollout.prepared.plan, rollout.prepared.site
    rollout.report("", "waiting until all is healthy")
    wait_until_healthy(site.ground.reach(), plan.exposures, [m.name for m in plan.machines], HEALTHY_SECONDS)
    rollout.report("", "")


def _strangers(site: Site, consent: Consent) -> tuple[str, ...]:
    """The lab's machines that the file no longer names: they go, with their disks, if the user says so."""
    named = {machine.name for machine in site.machines}
    strangers = tuple(name for name in site.ground.members() if name not in named)
    if strangers and not consent("The file no longer names these machines, and their disks go with them", strangers):
        raise OperationError("Nothing was changed.", f"To keep {', '.join(strangers)}, name them in the file again.")
    return strangers
