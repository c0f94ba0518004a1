"""What lies in the folder afterwards."""

import json
from pathlib import Path

import pytest

from mainstay.compiler.address import address
from mainstay.operations.dashboards.export import dashboards, export_dashboards
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site
from mainstay.spec import Spec
from mainstay.vault.store import Store
from mainstay.vault.vault import Vault
from tests.builders import a_site
from tests.dashboards import LITTLE
from tests.fakes.ground import FakeGround

FILES = ["site.json", "machines.json", "balancers.json", "servers.json", "monitoring.json"]


def opened(spec: Spec, folder: Path) -> Site:
    """A site that has not been made yet."""
    return Site(spec, folder, address(spec), (), FakeGround({}), Vault(Store(folder / "secrets.json")), folder)


def test_they_lie_beside_the_file_one_for_each_dashboard(tmp_path: Path) -> None:
    written = export_dashboards(opened(LITTLE, tmp_path))
    assert written == tuple(tmp_path / "dashboards" / name for name in FILES)
    assert [json.loads(path.read_text())["title"].split(": ")[0] for path in written] == ["shop"] * len(FILES)


def test_they_go_where_one_wants_them_and_leave_alone_what_lies_there(tmp_path: Path) -> None:
    place = tmp_path / "grafana" / "shop"
    place.mkdir(parents=True)
    (place / "mine.json").write_text("{}")
    (place / "site.json").write_text("an old one")
    site = opened(LITTLE, tmp_path)
    export_dashboards(site, place)
    assert {path.name: path.read_text() for path in place.iterdir()} == {**dashboards(site), "mine.json": "{}"}
    assert not (tmp_path / "dashboards").exists()


def test_without_monitoring_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(OperationError) as refused:
        export_dashboards(opened(a_site(), tmp_path))
    assert str(refused.value) == (
        "Monitoring is off: there are no figures to look at.\nDelete `monitoring: off`, and run `mainstay up`."
    )
    assert list(tmp_path.iterdir()) == []
