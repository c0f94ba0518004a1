"""What Mainstay keeps beside the user's file, once its lab is gone."""

import shutil
from pathlib import Path

from mainstay.vault.vault import Vault


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
