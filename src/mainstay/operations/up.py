"""`up`: make it so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mainstay.grounds.ground import Report
from mainstay.health.examine import wait_until_healthy
from mainstay.operations.database.found import found_database
from mainstay.operations.database.passwords import accept_renewed, end_old_logins
from mainstay.operations.database.to_keepers import take_over_by_keepers
from mainstay.operations.errors import OperationError
from mainstay.operations.firewall import roll_firewall
from mainstay.operations.heal import heal_all
from mainstay.operations.kept import claim
from mainstay.operations.lock import only_operator
from mainstay.operations.owed import settle
from mainstay.operations.prepare import prepare
from mainstay.operations.release import run_release_command
from mainstay.operations.rollout import Rollout
from mainstay.operations.rotation import is_spoken_anew, put_back
from mainstay.operations.site import Site
from mainstay.operations.voters.settle import settle_voters
from mainstay.provision.apply import Workers
from mainstay.releases.release import recipe

UNNOTICED = ("node_exporter", "mysqld_exporter", "nginx_exporter", "journal_upload", "certificates")
"""What nobody waits for."""

Consent = Callable[[str, Sequence[str]], bool]
"""Asked before something is destroyed: what would be lost, and the names concerned."""


@dataclass(frozen=True)
class Done:
    """What `up` did: the number of changes by machine, whether the database needed something, and the site's URLs.

    `authority_file` is what visitors are to trust, where the certificate is of the site's own authority. `good_until`
    is when the first certificate of that authority ends.
    """

    changes: dict[str, int]
    is_database_changed: bool
    endpoints: tuple[str, ...]
    authority_file: Path | None = None
    good_until: datetime | None = None

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
    with only_operator(site), Workers(site.ground.reach()) as workers:
        ensure_secrets(site)
        heal_all(site)  # what a drill that was killed has left
        strangers = _strangers(site, consent)
        site.ground.ensure(site.machines, report)
        settle(site)
        put_back(site, report)
        rollout = _begun(site, workers, report)
        rollout.roll("base", "unattended_upgrades")  # early: Debian's own timer runs at any hour
        roll_firewall(rollout)
        settle_voters(rollout)
        take_over_by_keepers(rollout)
        accept_renewed(site, report)
        rollout.roll("mysql", "keeper")
        is_database_changed = found_database(site, report)
        rollout.roll("haproxy", role="app")
        rollout.carry("app")
        run_release_command(rollout.prepared, report)
        roll_tiers(rollout)
        rollout.remove_leftovers()
        end_old_logins(site, report)
        if strangers:
            site.ground.dismiss(strangers)
        end_well(rollout)
        until = site.vault.first_end(rollout.prepared.plan.manifests.values())
        return Done(rollout.counts, is_database_changed, site.ground.endpoints(), site.authority_file, until)


def _begun(site: Site, workers: Workers, report: Report) -> Rollout:
    rollout = Rollout(prepare(site), workers, report)
    rollout.begin()
    return rollout


def roll_tiers(rollout: Rollout) -> None:
    """Servers before the balancers that hear of them, and all before those who watch."""
    _roll_servers(rollout)
    _roll_balancers(rollout)
    _roll_monitoring(rollout)


def _roll_servers(rollout: Rollout) -> None:
    """One by one, drained; together where balancers and servers come to speak in another way, which takes both sides.

    Until the balancers have changed, too, visitors are answered with an error.
    """
    if is_spoken_anew(rollout.prepared):
        rollout.roll_on([machine.name for machine in rollout.prepared.site.running("web")], "app", "nginx")
    else:
        rollout.roll("app", "nginx")


def _roll_balancers(rollout: Rollout) -> None:
    """Who asks for a certificate comes after them: the authority's question arrives by their door."""
    rollout.roll("haproxy", "keepalived")
    rollout.roll("acme")


def _roll_monitoring(rollout: Rollout) -> None:
    """What shows figures and carries logs all at once; who watches and keeps them one by one."""
    machines = [machine.name for machine in rollout.prepared.plan.machines]
    due = [name for name in machines if any(rollout.is_due(name, part) for part in UNNOTICED)]
    rollout.roll_on(due, *UNNOTICED)
    rollout.roll("alertmanager", "blackbox_exporter", "prometheus", "journal_remote")


def ensure_secrets(site: Site) -> None:
    """They are of this ground and readable; those that the file names are set; the visitors' certificate will do."""
    claim(site)
    site.vault.store.ensure_sealed()
    if missing := [name for name in site.spec.own_secrets if name not in site.vault.yours.all()]:
        orders = " and ".join(f"`mainstay secret set {name}`" for name in missing)
        raise OperationError(f"The file names secrets that are not set: {', '.join(missing)}.", f"Run {orders}.")
    https = site.spec.https
    if https and https.certificate and https.key:
        site.vault.ensure_fits(https.certificate, https.key, site.spec.host_names)
    if site.authority_file:
        site.vault.show_authority(site.authority_file)


def end_well(rollout: Rollout) -> None:
    """Wait until all is healthy, and note on every machine what it now holds."""
    plan, site = rollout.prepared.plan, rollout.prepared.site
    rollout.report("", "waiting until all is healthy")
    wait_until_healthy(site.ground.reach(), plan.exposures, [m.name for m in plan.machines], rollout.patience)
    rollout.report("", "")
    rollout.end()


def _strangers(site: Site, consent: Consent) -> tuple[str, ...]:
    """The lab's machines that the file no longer names: they go, with their disks, if the user says so."""
    named = {machine.name for machine in site.machines}
    strangers = tuple(name for name in site.ground.members() if name not in named)
    if strangers and not consent("The file no longer names these machines, and their disks go with them", strangers):
        raise OperationError("Nothing was changed.", f"To keep {', '.join(strangers)}, name them in the file again.")
    return strangers
