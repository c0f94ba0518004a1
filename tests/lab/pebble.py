"""An ACME authority in a lab's network, Let's Encrypt's own small one, and what it believes of where a name leads."""

import ipaddress
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.lab.waiting import becomes

ADDRESS = "10.77.255.254"
"""That of this computer in a lab's network."""

DIRECTORY, ROOTS, NAMES = 14000, 15000, 8053
NAMES_ORDERS = 8055
ENDS_SECONDS = 10.0
AT_ONCE_AND_EACH_TIME = ("PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0")
"""How it asks where a name leads: without a pause, and again for each certificate."""


@dataclass
class Pebble:
    """While it runs: `trusted` is by what its own door is known, a PEM file; `names` is the server of names it asks."""

    lab: str
    folder: Path
    processes: list[subprocess.Popen[bytes]]
    names: str = f"127.0.0.1:{NAMES}"

    @property
    def trusted(self) -> Path:
        return self.folder / "door.pem"

    def root(self) -> str:
        """By what the certificates that it gives are known."""
        return self._asked(f"https://{ADDRESS}:{ROOTS}/roots/0")

    def believes(self, address: str) -> None:
        """From now on every name leads there."""
        order = json.dumps({"ip": address})
        self._asked(f"http://127.0.0.1:{NAMES_ORDERS}/set-default-ipv4", "--data", order)

    def forgets(self) -> None:
        """It ends and begins anew: it knows no account, and has another root."""
        self.ends()
        self.begins()

    def begins(self) -> None:
        self.processes = [
            self._started("pebble-challtestsrv", "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""),
            self._started("pebble", "-config", str(self.folder / "pebble.json"), "-dnsserver", self.names),
        ]
        becomes("A root, and where names lead", self._is_there, bool, within=15)

    def ends(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(ENDS_SECONDS)

    def _is_there(self) -> bool:
        try:
            self.believes("127.0.0.1")
            return bool(self.root())
        except subprocess.CalledProcessError:
            return False

    def _inside(self, *words: str) -> tuple[str, ...]:
        return ("nsenter", f"--net=/run/netns/mainstay-{self.lab}", *words)

    def _asked(self, url: str, *words: str) -> str:
        asked = self._inside("curl", "--silent", "--fail", "--cacert", str(self.trusted), *words, url)
        return subprocess.run(asked, check=True, capture_output=True, text=True, timeout=10).stdout

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(self._inside("env", *AT_ONCE_AND_EACH_TIME, *words), stdout=log, stderr=log)


@contextmanager
def pebble(lab: str, folder: Path) -> Iterator[Pebble]:
    """One that runs meanwhile, in the network of a lab that is up."""
    door = {"certificate": str(folder / "door.pem"), "privateKey": str(folder / "door.key")}
    listens = {"listenAddress": f"0.0.0.0:{DIRECTORY}", "managementListenAddress": f"0.0.0.0:{ROOTS}"}
    asks = {"httpPort": 80, "tlsPort": 443, "ocspResponderURL": ""}
    (folder / "pebble.json").write_text(json.dumps({"pebble": {**door, **listens, **asks}}))
    make_door(folder)
    server = Pebble(lab, folder, [])
    try:
        server.begins()
        yield server
    finally:
        server.ends()


def make_door(folder: Path) -> None:
    """A certificate for the authority's own address, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pebble")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "door.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "door.key").write_bytes(private)
