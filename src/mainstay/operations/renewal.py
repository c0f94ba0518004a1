"""`secret renew`: new certificates for those that run out, brought to the machines; and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mainstay.grounds.ground import Report
from mainstay.grounds.reach import Reach
from mainstay.model.certificate import is_ours
from mainstay.model.change import Change, Unit
from mainstay.model.install import File, Install
from mainstay.model.manifest import Manifest
from mainstay.model.state import MachineState
from mainstay.operations.errors import OperationError
from mainstay.operations.lock import only_operator
from mainstay.operations.prepare import Prepared, prepare
from mainstay.operations.rollout import Rollout
from mainstay.operations.rotation import put_back
from mainstay.operations.site import Site
from mainstay.operations.up import end_well, ensure_secrets, roll_tiers
from mainstay.operations.voters.settle import change_one_by_one
from mainstay.provision.apply import Workers

SHOWN = 3
"""How many of the reasons against it are said."""


@dataclass(frozen=True)
class Renewed:
    """The number of changes by machine, and when the first of all certificates ends, now."""

    changes: dict[str, int]
    good_until: datetime | None

    @property
    def is_nothing(self) -> bool:
        """Whether none was due."""
        return not any(self.changes.values())


def renew_certificates(site: Site, report: Report, hands: Callable[[Reach], Workers] = Workers) -> Renewed:
    """Renew what has less than a third of its life left, and bring it to the machines as `up` would.

    A run that broke off is finished by the next, or by `up`: machines are compared with what was issued.

    Raises:
        OperationError: an `up` would change something else, too; nothing is touched then.
    """
    with only_operator(site), hands(site.ground.reach()) as workers:
        prepared = ensured(site)
        put_back(site, report)
        rollout = Rollout(prepared, workers, report)
        if any(rollout.counts.values()):
            _roll(rollout)
        else:
            rollout.end()
        return Renewed(rollout.counts, site.vault.first_end(prepared.plan.manifests.values()))


def _roll(rollout: Rollout) -> None:
    """In the order of `up`, whoever holds a certificate."""
    rollout.begin()
    change_one_by_one(rollout)
    rollout.roll("mysql", "keeper")
    rollout.roll("haproxy", role="app")
    roll_tiers(rollout)
    end_well(rollout)


def ensured(site: Site) -> Prepared:
    """How the machines stand, checked: what `up` would change is certificates, and the units that read them.

    Raises:
        OperationError: it is not so; or the site, or its secrets, are not here.
    """
    if not site.vault.certificates.are_there:
        what = f"The secrets of {site.spec.name} are not here: there is no authority that could renew a certificate."
        raise OperationError(what, f"They lie in {site.vault.store.lies_at}; with none anywhere, run `mainstay up`.")
    if site.vault.passwords.renewed():
        raise OperationError("New passwords have not reached everybody yet.", "`mainstay up` finishes that.")
    if site.vault.certificates.succession():
        fix = "`mainstay secret rotate authority` finishes that."
        raise OperationError("Another authority is taking the place of the first.", fix)
    ensure_secrets(site)
    prepared = prepare(site)
    if reasons := [f"  {name}: {reason}" for name in _all_machines(site) for reason in _reasons(prepared, name)]:
        more = (f"  and {len(reasons) - SHOWN} more",) if len(reasons) > SHOWN else ()
        said = "\n".join((*reasons[:SHOWN], *more))
        raise OperationError(
            f"Nothing was renewed, since an `up` would change more than certificates:\n{said}",
            "`mainstay plan` shows all of it; `mainstay up` does it, and renews certificates with it.",
        )
    return prepared


def _all_machines(site: Site) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(machine.name for machine in site.machines), *site.ground.members())))


def _reasons(prepared: Prepared, name: str) -> Iterator[str]:
    """What speaks against bringing certificates to a machine: all that is to be done there besides."""
    wanted, state = prepared.plan.manifests.get(name), prepared.states.get(name)
    if wanted is None or state is None:
        yield "the file no longer names it"
    elif name in prepared.off:
        yield "it is switched off"
    elif state.record is None:
        yield "no `up` has come to its end there"
    elif state.attempted not in (None, state.record):
        yield "an `up` has not come to its end there"
    else:
        yield from (c.summary for c in prepared.all_changes(name) if not _is_renewal(c, wanted, state.record, state))


def _is_renewal(change: Change, wanted: Manifest, record: Manifest, state: MachineState) -> bool:
    """Whether a change has no other cause than a certificate: all that asks for it is, but for that, as it was."""
    part, before = (manifest.parts.get(change.component, Install()) for manifest in (wanted, record))
    ours = {file.path for file in part.files if is_ours(file) and file in before.files}
    match change.subject:
        case File(path=path, owner=owner, group=group, mode=mode) if path in ours and path in state.paths:
            there = state.paths[path]
            return (there.owner, there.group, there.mode) == (owner, group, mode)
        case Unit(name=unit, action="restart" | "reload"):
            reads = (path for s in part.services if s.unit == unit for path in (*s.restart_on, *s.reload_on))
            return part == before and not ours.isdisjoint(reads)
        case _:
            return False
