"""Until when certificates are good: the program with real ones in a folder, and what is compiled around it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from mainstay.components.certificates.component import PROGRAM, SHOWN, TIMER, TIMER_FILE, UNIT_FILE
from mainstay.model.exporter import FIGURES
from mainstay.model.exposure import Exposure, Probe
from mainstay.model.install import Service
from mainstay.vault.authority import Leaf, Pair, found_authority, issue
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, exposed, installed, lines_of

NAME = "mainstay_certificate_not_after_timestamp_seconds"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LIFE, YEAR = timedelta(days=90), timedelta(days=365)
AUTHORITY = found_authority(BEGIN)
MACHINES = machines_that_run(srv_01="balancer web app database", mon_01="monitoring")
SITE = a_site(machines=MACHINES, monitoring="on")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where certificates lie in `tls/`, and where the figures go."""
    (tmp_path / "tls").mkdir()
    return tmp_path


def issued(now: datetime) -> Pair:
    """The certificate of a machine, as it is made at a time."""
    return issue(AUTHORITY, Leaf("keeper", "srv-01", "10.77.0.1"), now)


def put(folder: Path, name: str, *texts: str) -> None:
    path = folder / "tls" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(texts) + "\n")


def look(folder: Path, *, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    """Run the program as its unit does."""
    program = resources.files("mainstay.components").joinpath("certificates", "templates", "certificates.py")
    tls = folder / "tls"
    asked = (sys.executable, str(program), str(folder / "all.prom"), f"{tls}/*/*.pem", f"{tls}/mysql-*.pem")
    return subprocess.run(asked, env={"PATH": path}, umask=0o027, capture_output=True, text=True, check=False)


def figures(folder: Path) -> dict[str, int]:
    """What it has left, by the names of the files; the words that every file of figures begins with are taken away."""
    _help, kind, *lines = (folder / "all.prom").read_text().splitlines()
    assert kind == f"# TYPE {NAME} gauge"
    before = f'{NAME}{{path="{folder}/tls/'
    assert [line for line in lines if not line.startswith(before)] == []
    return {name: int(value) for name, value in (line.removeprefix(before).split('"} ') for line in lines)}


def seen(folder: Path) -> dict[str, int]:
    """What it finds in the folder."""
    done = look(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return figures(folder)


def at(moment: datetime) -> int:
    return int(moment.timestamp())


def test_it_says_when_each_ends(folder: Path) -> None:
    old, new = issued(BEGIN), issued(BEGIN + LIFE / 2)
    put(folder, "keeper/identity.pem", old.certificate, old.key)
    put(folder, "keeper/authority.pem", AUTHORITY.certificate)
    put(folder, "mysql-identity.pem", new.certificate, new.key)
    assert seen(folder) == {
        "keeper/authority.pem": at(BEGIN + 10 * YEAR),
        "keeper/identity.pem": at(BEGIN + LIFE),
        "mysql-identity.pem": at(BEGIN + 1.5 * LIFE),
    }


def test_of_several_in_a_file_the_one_that_ends_first_counts(folder: Path) -> None:
    heir = found_authority(BEGIN + YEAR)
    put(folder, "keeper/authority.pem", heir.certificate, AUTHORITY.certificate)
    assert seen(folder) == {"keeper/authority.pem": at(BEGIN + 10 * YEAR)}


def test_one_that_cannot_be_read_is_shown_and_stops_no_other(folder: Path) -> None:
    good = issued(BEGIN)
    broken = good.certificate.replace("\nMII", "\nXXX")
    assert broken != good.certificate
    put(folder, "broken/identity.pem", broken, good.key)
    put(folder, "empty/identity.pem")
    put(folder, "half/authority.pem", AUTHORITY.certificate, broken)
    put(folder, "keeper/identity.pem", good.certificate, good.key)
    (folder / "tls/keeper/binary.pem").write_bytes(bytes(range(256)))
    (folder / "tls/keeper/folder.pem").mkdir()
    (folder / "tls/keeper/gone.pem").symlink_to("nowhere")
    assert seen(folder) == {
        "broken/identity.pem": 0,
        "empty/identity.pem": 0,
        "half/authority.pem": 0,
        "keeper/binary.pem": 0,
        "keeper/folder.pem": 0,
        "keeper/gone.pem": 0,
        "keeper/identity.pem": at(BEGIN + LIFE),
    }


def test_what_is_no_certificates_file_is_passed_over(folder: Path) -> None:
    put(folder, "keeper/web.yml", "min_version: TLS13")
    put(folder, "keeper/.acme.new", AUTHORITY.certificate)
    assert seen(folder) == {}


def test_what_was_renewed_is_seen_the_next_time(folder: Path) -> None:
    put(folder, "keeper/identity.pem", issued(BEGIN).certificate)
    assert seen(folder) == {"keeper/identity.pem": at(BEGIN + LIFE)}
    put(folder, "keeper/identity.pem", issued(BEGIN + LIFE).certificate)
    assert seen(folder) == {"keeper/identity.pem": at(BEGIN + 2 * LIFE)}


def test_everybody_may_read_the_figures_and_no_key_is_among_them(folder: Path) -> None:
    pair = issued(BEGIN)
    put(folder, "keeper/identity.pem", pair.certificate, pair.key)
    look(folder)
    assert (folder / "all.prom").stat().st_mode & 0o777 == 0o644
    text = (folder / "all.prom").read_text()
    assert [line for line in (*pair.key.splitlines(), *pair.certificate.splitlines()) if line in text] == []
    assert [path.name for path in folder.iterdir() if path.name != "tls"] == ["all.prom"]


def test_without_openssl_it_fails_and_leaves_what_was_known(folder: Path) -> None:
    put(folder, "keeper/identity.pem", issued(BEGIN).certificate)
    before = seen(folder)
    failed = look(folder, path=str(folder))
    assert failed.returncode != 0
    assert "openssl" in failed.stderr
    assert figures(folder) == before


def test_every_machine_looks_where_monitoring_is_on_and_only_there() -> None:
    assert all("certificates" in manifest.parts for manifest in compiled(SITE).manifests.values())
    off = compiled(a_site(machines=machines_that_run(srv_01="balancer web app")))
    assert not any("certificates" in manifest.parts for manifest in off.manifests.values())


def test_it_opens_no_port() -> None:
    assert exposed(SITE, "certificates") == Exposure(probes=(Probe("unit", "unit", TIMER),), has_alerts=True)


def test_it_leaves_figures_where_node_exporter_finds_them() -> None:
    assert (SHOWN.rpartition("/")[0], SHOWN.endswith(".prom")) == (FIGURES, True)
    (command,) = (line for line in lines_of(installed(SITE, "certificates"), UNIT_FILE) if line.startswith("ExecStart"))
    assert command == (
        f"ExecStart=/usr/bin/python3 {PROGRAM} {SHOWN} /etc/mainstay/tls/*/*.pem /etc/mysql/mainstay-*.pem"
    )


def test_it_may_read_and_write_its_figures_and_nothing_else() -> None:
    lines = {*lines_of(installed(SITE, "certificates"), UNIT_FILE)}
    assert {
        "CapabilityBoundingSet=",
        "RestrictAddressFamilies=none",
        "PrivateNetwork=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={FIGURES}",
    } <= lines


def test_it_looks_after_a_start_and_every_hour() -> None:
    install = installed(SITE, "certificates")
    assert install.services == (Service(TIMER, restart_on=(PROGRAM, UNIT_FILE, TIMER_FILE)),)
    timer = lines_of(install, TIMER_FILE)
    assert {"OnActiveSec=2s", "OnUnitInactiveSec=1h", "WantedBy=timers.target"} <= {*timer}
