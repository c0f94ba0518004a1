"""The lab's image: one Debian root folder with every component's packages, made once and shared by all machines."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mainstay.grounds import shell
from mainstay.grounds.errors import GroundError
from mainstay.grounds.lab.places import cache_folder

SUITE = "sid"
"""Real MySQL is in Debian's unstable suite only, and mixing suites fails on its libraries: so all is from there."""

BASE_PACKAGES = (
    "systemd", "systemd-sysv", "libpam-systemd", "dbus", "openssh-server", "iproute2", "iputils-ping", "procps",
    "ca-certificates", "python3", "nftables", "socat",
)  # fmt: skip
RECIPE_VERSION = 1
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
Tell = Callable[[str], None]
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
EXPIRED = ("is expired", "no longer valid", "is not valid yet")

CUSTOMIZE = r"""
set -e
root="$1"
# No machine may share an identity or a data directory with another.
rm -f "$root"/etc/ssh/ssh_host_*
: > "$root/etc/machine-id"
rm -rf "$root/var/lib/mysql"
chroot "$root" install -d -o mysql -g mysql -m 750 /var/lib/mysql
# What runs is decided by Mainstay, not by the packages.
for unit in $(chroot "$root" systemctl list-unit-files --state=enabled --type=service --no-legend | cut -d' ' -f1); do
    case "$unit" in
        ssh*|getty*|systemd-*) ;;
        *) chroot "$root" systemctl disable --quiet "$unit" ;;
    esac
done
chroot "$root" systemctl enable --quiet systemd-networkd ssh
chroot "$root" systemctl disable --quiet systemd-networkd-wait-online || true
chroot "$root" systemctl mask --quiet getty.target console-getty.service
chroot "$root" systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
"""


@dataclass(frozen=True)
class Recipe:
    """What an image is made of; its digest names the image."""

    packages: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over all that shapes the image."""
        shape = [RECIPE_VERSION, SUITE, sorted({*BASE_PACKAGES, *self.packages}), LEFT_OUT, CUSTOMIZE]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """Where the image lies, or will lie."""
        return cache_folder() / "images" / self.digest

    @property
    def is_made(self) -> bool:
        """Whether the image is there, whole."""
        return self.folder.is_dir()


def ensure(recipe: Recipe, tell: Tell) -> Path:
    """Afterwards the image is there, whole; gives its root folder. One maker at a time; others wait for it."""
    if recipe.is_made:
        return recipe.folder
    recipe.folder.parent.mkdir(parents=True, exist_ok=True)
    with _only_one_maker(recipe.folder.parent / ".lock"):
        if not recipe.is_made:
            _make(recipe, tell)
    return recipe.folder


def made() -> tuple[Path, ...]:
    """All images of this user, newest first."""
    folder = cache_folder() / "images"
    found = [entry for entry in folder.iterdir() if entry.is_dir() and "." not in entry.name] if folder.is_dir() else []
    return tuple(sorted(found, key=lambda entry: entry.stat().st_mtime, reverse=True))


def _make(recipe: Recipe, tell: Tell) -> None:
    half_made = recipe.folder.with_suffix(".half")
    shutil.rmtree(half_made, ignore_errors=True)
    tell("building the image from Debian packages (once; a minute or two)")
    done = shell.run(_command(recipe, half_made), given=_sources(), seconds=1800)
    if not done.is_success and any(sign in done.errors for sign in EXPIRED):
        tell("the package mirror is a frozen copy whose release file has expired: building without that check")
        shutil.rmtree(half_made, ignore_errors=True)
        lenient = ('--aptopt=Acquire::Check-Valid-Until "false"',)
        done = shell.run(_command(recipe, half_made, lenient), given=_sources(), seconds=1800)
    if not done.is_success:
        shutil.rmtree(half_made, ignore_errors=True)
        said = [line for line in done.errors.splitlines() if line.startswith(("E:", "W:"))] or done.errors.splitlines()
        raise GroundError(
            "The lab's image could not be built:\n  " + "\n  ".join(said[-6:]),
            "Check that `apt-get update` works on this computer, then run the same command again.",
        )
    half_made.rename(recipe.folder)


def _command(recipe: Recipe, target: Path, options: Sequence[str] = ()) -> tuple[str, ...]:
    packages = ",".join(sorted({*BASE_PACKAGES, *recipe.packages}))
    return (
        "mmdebstrap", "--variant=minbase", "--format=directory", f"--include={packages}",
        '--aptopt=APT::Install-Recommends "false"', *(f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT),
        *options, f"--customize-hook={CUSTOMIZE}", SUITE, str(target), "-",
    )  # fmt: skip


def _sources() -> str:
    """An apt source for the suite, at the mirror that this computer itself uses for Debian.

    Raises:
        GroundError: this computer has no Debian source to copy from.
    """
    listed = shell.run(("apt-get", "indextargets", "--format", "$(CREATED_BY)|$(ORIGIN)|$(REPO_URI)"))
    signed = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
    for line in listed.output.splitlines():
        made_by, origin, uri = line.split("|")
        if made_by == "Packages" and origin == "Debian" and "security" not in uri:
            return f"deb{signed} {uri} {SUITE} main\n"
    raise GroundError(
        "This computer has no Debian package source that the lab's image could be built from.",
        "Add one under /etc/apt (any Debian mirror), run `apt-get update`, and try again.",
    )


@contextmanager
def _only_one_maker(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
