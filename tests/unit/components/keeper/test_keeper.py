"""What a database machine gets of the keeper, and that the keeper can read it."""

import subprocess
import sys
from pathlib import Path

from mainstay.model.exposure import Port
from mainstay.spec import Spec
from mainstay_keeper.settings import Settings, read
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled

PROGRAM = "/usr/local/lib/mainstay/mainstay-keeper"
SETTINGS = "/etc/mainstay-keeper/settings.json"


def voting(failover: str = "automatic") -> Spec:
    tiers = {"lb": "balancer", "one": "web app database", "two": "web app database"}
    return a_site(machines=machines_that_run(**tiers), database={"failover": failover})


def file(path: str) -> str:
    install = compiled(voting()).manifests["one"].parts["keeper"]
    return next(file.text for file in install.files if file.path == path)


def test_the_keeper_reads_its_settings(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(file(SETTINGS))
    plan = compiled(voting())
    lb, one, two = (machine.address for machine in plan.machines)
    tls = "/etc/mainstay/tls/keeper"
    assert read(tmp_path / "settings.json") == Settings(
        site="shop",
        name="one",
        members={"one": one, "two": two},
        endpoints=(f"https://{one}:2379", f"https://{lb}:2379", f"https://{two}:2379"),
        port=8008,
        peer_port=8009,
        password="${secret:database-replication}",
        authority=f"{tls}/authority.pem",
        certificate=f"{tls}/identity.pem",
        key=f"{tls}/identity.pem",
        router="/run/haproxy/admin.sock",
    )


def test_one_file_holds_the_whole_program(tmp_path: Path) -> None:
    program = tmp_path / "mainstay-keeper"
    program.write_text(file(PROGRAM))
    done = subprocess.run((sys.executable, "-P", str(program)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("`mainstay-keeper run`")


def test_who_asks_whom() -> None:
    plan = compiled(voting())
    ports = {i.component: e.ports for i, e in plan.exposures.items() if i.machine.name == "one"}
    assert ports["keeper"] == (
        Port("role", 8008, open_to=("app",)),
        Port("peers", 8009, open_to=("keeper", "prometheus")),
    )
    assert [port.name for port in ports["mysql"]] == ["mysql"]


def test_the_keeper_alone_starts_mysql() -> None:
    automatic, manual = (compiled(voting(kind)).manifests["one"].parts for kind in ("automatic", "manual"))
    kept_elsewhere = [s.unit for s in automatic["mysql"].services if s.is_kept_elsewhere]
    assert kept_elsewhere == ["mysql.service"]
    assert not any(s.is_kept_elsewhere for s in manual["mysql"].services)
    assert "keeper" not in manual
