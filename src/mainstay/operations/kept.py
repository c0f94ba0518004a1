"""What Mainstay keeps beside the user's file: of which ground it is, and what is left once its lab is gone."""

import shutil
from pathlib import Path

from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.vault.vault import Vault

NOTE = "ground"


def claim(site: Site) -> None:
    """Note that what is made here from now on is for this ground.

    Raises:
        OperationError: it is for another: see `ensure_ours`.
    """
    ensure_ours(site)
    (site.folder / NOTE).write_text(f"{site.ground.kind}\n")


def ensure_ours(site: Site) -> None:
    """Check that what was made under the site's name is not for another ground.

    A lab that is destroyed takes with it what was made for it: never the passwords of servers.

    Raises:
        OperationError: it is.
    """
    kind, note = site.ground.kind, site.folder / NOTE
    there = note.read_text().strip() if note.exists() else kind
    if there == "lab" != kind:
        fix = f"Take the lab away first (`mainstay lab destroy {site.spec.name}`), or give the servers another `name:`."
        raise OperationError(f"{site.folder} holds the passwords of a lab.", fix)
    if there != kind:
        raise OperationError(f"{site.folder} holds the passwords of servers.", "Give the lab another `name:`.")


def clear(folder: Path, vault: Vault) -> None:
    """Remove all that was made here; the user's own secrets stay, with what keeps version control from them.

    Raises:
        VaultError: the secrets cannot be read; they alone are left.
    """
    secrets = vault.store.file
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path not in (secrets, folder / ".gitignore"):
            path.unlink()
    vault.forget_made()
    if secrets.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.exists() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
