"""The secrets and certificates of one site: the user's own, and those made when they are first asked for."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from mainstay.model.certificate import is_ours
from mainstay.model.manifest import Manifest
from mainstay.vault.authority import Leaf
from mainstay.vault.brought import ensure_fits
from mainstay.vault.certificates import CERTIFICATE, Certificates, utc_now
from mainstay.vault.passwords import Passwords
from mainstay.vault.secret import Secret
from mainstay.vault.store import Store, VaultError
from mainstay.vault.yours import YOURS, Yours

REFERENCE = re.compile(
    r"\$\{(?:secret:(?P<secret>[a-z0-9-]+)"
    r"|own:(?P<own>[A-Za-z0-9_-]+)"
    r"|(?P<kind>certificate|key):(?P<purpose>[a-z0-9_-]+)/(?P<machine>[a-z0-9-]+)/(?P<address>[0-9.]+)"
    r"(?:/(?P<domains>[a-z0-9.,*-]+))?"
    r"|file:(?P<file>[^}]+)"
    r"|authority)\}"
)


@dataclass(frozen=True)
class Vault:
    """What is kept, and what it means on the way to a machine. `project` is where the user's file lies."""

    store: Store
    now: Callable[[], datetime] = utc_now
    project: Path = Path()

    @property
    def passwords(self) -> Passwords:
        """Those that are made here."""
        return Passwords(self.store)

    @property
    def yours(self) -> Yours:
        """The user's own secrets."""
        return Yours(self.store)

    @property
    def certificates(self) -> Certificates:
        """The site's authority, and what it has issued."""
        return Certificates(self.store, self.now)

    def secret(self, name: str) -> Secret:
        """The password of this name, made if there is none yet.

        Raises:
            VaultError: the file is there and cannot be read.
        """
        return self.passwords.get(name)

    def forget_made(self) -> None:
        """Only the user's own are left; with none, no file."""
        self.store.keep(lambda name: name.startswith(f"{YOURS}:"))

    def ensure_fits(self, certificate: str, key: str, domains: Sequence[str]) -> None:
        """Check a certificate and its key that the user brought, by their paths in the project.

        Raises:
            VaultError: one cannot be read, or they will not do.
        """
        chain, private = self._brought(certificate), self._brought(key)
        try:
            ensure_fits(chain, private, domains, self.now())
        except ValueError as error:
            raise VaultError(f"{certificate} will not do: {error}.", "`https:` names it, and its key.") from error

    def show_authority(self, file: Path) -> None:
        """Afterwards the certificates of whom visitors are to believe are in the file, for whoever wants to."""
        file.write_text(self.certificates.believed() + "\n")

    def fill_in(self, text: str) -> str:
        """The text with each reference replaced by what it stands for.

        These are `${secret:NAME}`, made here; `${own:NAME}`, the user's, as it stands within double quotes (with a
        backslash before `"` and another); `${authority}`, whom to believe; `${file:PATH}`, a file of the project; and
        `${certificate:PURPOSE/MACHINE/ADDRESS[/DOMAIN,…]}` and `${key:…}`, which belong together.
        """
        return REFERENCE.sub(self._meant, text)

    def first_end(self, manifests: Iterable[Manifest]) -> datetime | None:
        """When the first of the certificates ends that the site's own authority has made for these machines."""
        parts = (part for manifest in manifests for part in manifest.parts.values())
        texts = {file.text for part in parts for file in part.files if is_ours(file)}
        made = (one for text in texts for one in x509.load_pem_x509_certificates(self.fill_in(text).encode()))
        return min((one.not_valid_after_utc for one in made), default=None)

    def fill_in_manifest(self, manifest: Manifest) -> Manifest:
        """The manifest as its machine is to have it: for the machine only, never to be shown or kept."""
        parts = {
            name: replace(part, files=tuple(replace(f, content=self.fill_in(f.text)) for f in part.files))
            for name, part in manifest.parts.items()
        }
        return replace(manifest, parts=parts)

    def _meant(self, found: re.Match[str]) -> str:
        if name := found["secret"]:
            return self.secret(name).reveal()
        if name := found["own"]:
            return self.yours.get(name).reveal().replace("\\", "\\\\").replace('"', '\\"')
        if path := found["file"]:
            return self._brought(path)
        if not found["kind"]:
            return self.certificates.believed()
        domains = tuple(found["domains"].split(",")) if found["domains"] else ()
        pair = self.certificates.identity(Leaf(found["purpose"], found["machine"], found["address"], domains))
        return pair.certificate if found["kind"] == CERTIFICATE else pair.key

    def _brought(self, path: str) -> str:
        """What the user has put beside the file, such as a certificate of somebody else's."""
        try:
            return (self.project / path).read_text().strip()
        except (OSError, ValueError) as error:
            raise VaultError(f"{path} cannot be read: {error}", "mainstay.yaml names it under `https:`.") from error
