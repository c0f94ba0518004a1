"""The application's release command: once per release, before any machine serves it."""

from mainstay.grounds.ground import Report
from mainstay.health.examine import wait_until_healthy
from mainstay.operations.errors import OperationError
from mainstay.operations.prepare import Prepared

SECONDS = 900.0
ROUTE_SECONDS = 30.0


def run_release_command(prepared: Prepared, report: Report) -> None:
    """Run the file's `app: release:` on the first of the application's machines, if no machine serves this release yet.

    A run that broke off between this and the switch repeats it: like a migration, it must bear that.

    Raises:
        OperationError: the command failed; the release that served before goes on serving.
    """
    site = prepared.site
    if site.spec.app.release is None or _is_serving_somewhere(prepared):
        return
    machine = site.running("app")[0].name
    router = {i: e for i, e in prepared.plan.exposures.items() if i.component == "haproxy"}
    wait_until_healthy(site.ground.reach(), router, [machine], ROUTE_SECONDS)
    report(machine, f"running the release command: {site.spec.app.release}")
    done = site.ground.reach().run(machine, in_release(_path(prepared), site.spec.app.release), seconds=SECONDS)
    report(machine, "")
    if not done.is_success:
        said = (done.errors + done.output).strip().splitlines()[-15:]
        raise OperationError(
            f"The release command `{site.spec.app.release}` failed on {machine}:\n  " + "\n  ".join(said),
            "The release before it, if there was one, goes on serving. Mend the command and run `mainstay up` again.",
        )


def in_release(release: str, command: str) -> tuple[str, ...]:
    """The program that runs a shell command as the application would.

    `release` is the path of a release, or of the link to the current one: beside it lie its environment and its way to
    be run.
    """
    return (
        "systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=mainstay-app", "--gid=www-data",
        f"--property=EnvironmentFile={release}.environment", "--property=StateDirectory=mainstay-app",
        "--setenv=HOME=/var/lib/mainstay-app", f"{release}.run", "/bin/sh", "-c", command,
    )  # fmt: skip


def _is_serving_somewhere(prepared: Prepared) -> bool:
    link = f"/srv/{prepared.site.spec.name}/current"
    return any(prepared.states[m.name].links.get(link) == _path(prepared) for m in prepared.site.running("app"))


def _path(prepared: Prepared) -> str:
    return f"/srv/{prepared.site.spec.name}/releases/{prepared.recipe.identifier}"
