"""What `plan` and `up` do first: build the release, ask the machines, compile, compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mainstay.compiler.compile import compile_plan
from mainstay.compiler.difference import difference, leftovers
from mainstay.model.change import Change
from mainstay.model.install import Bundle
from mainstay.model.manifest import Manifest
from mainstay.model.plan import Plan
from mainstay.model.state import MachineState
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site, packages
from mainstay.provision.question import ask
from mainstay.releases.build import Target, ensure_built
from mainstay.releases.release import Recipe, recipe


@dataclass(frozen=True)
class Prepared:
    """The plan, how each machine answered, and the release that is to be current.

    `off` names the machines that are there but could not be asked, as they are switched off.
    """

    site: Site
    plan: Plan
    states: Mapping[str, MachineState]
    recipe: Recipe
    off: tuple[str, ...] = ()

    def changes(self, machine: str, wanted: Manifest) -> tuple[Change, ...]:
        """What this manifest, or this part of one, asks of a machine."""
        return difference(wanted, self.site.vault.fill_in_manifest(wanted), self.states[machine])

    def leftovers(self, machine: str) -> tuple[Change, ...]:
        """What the machine has and its manifest no longer."""
        return leftovers(self.plan.manifests[machine], self.states[machine])

    def all_changes(self, machine: str) -> tuple[Change, ...]:
        """Everything that `up` would do there; of a machine that is off nothing can be said."""
        if machine in self.off:
            return ()
        return (*self.changes(machine, self.plan.manifests[machine]), *self.leftovers(machine))

    @staticmethod
    def needs_archive(changes: Mapping[str, Sequence[Change]]) -> bool:
        """Whether these changes carry a release to a machine."""
        return any(isinstance(change.subject, Bundle) for steps in changes.values() for change in steps)

    def archives(self) -> dict[str, str]:
        """The release's archive by its identifier, built if it is not yet.

        Raises:
            OperationError: the application's machines have different Pythons, which one archive cannot serve.
        """
        states = [self.states[m.name] for m in self.site.running("app")]
        targets = {Target(state.python, state.processor) for state in states}
        if len(targets) > 1:
            kinds = ", ".join(sorted(f"Python {t.python} on {t.processor}" for t in targets))
            raise OperationError(f"The application's machines differ: {kinds}.", "Give them the same system.")
        archive = ensure_built(self.recipe, targets.pop(), self.site.cache)
        return {self.recipe.identifier: str(archive)}


def prepare(site: Site) -> Prepared:
    """Ask every machine how it stands, and compile what it should be.

    Machines of a ground that is not there yet count as empty.
    """
    wanted = recipe(site.spec, site.project)
    plan = compile_plan(site.spec, wanted.identifier)
    known = site.ground.members()
    off = tuple(machine.name for machine in site.machines if not known.get(machine.name, True))
    return Prepared(site, plan, _states(site, known), wanted, off)


def _states(site: Site, known: Mapping[str, bool]) -> dict[str, MachineState]:
    """How the machines that run answered; those that the lab will make hold the packages of its image."""
    fresh = MachineState(packages=frozenset(packages())) if site.spec.in_lab else MachineState()
    reach = site.ground.reach()
    answers = reach.on_each([m.name for m in site.machines if known.get(m.name)], lambda name: ask(reach, name))
    return {machine.name: answers.get(machine.name, fresh) for machine in site.machines}
