"""blackbox_exporter: how the site is asked for, with TLS and without, and by whose certificate it is known."""

import pytest

from mainstay.components.blackbox_exporter.component import CONFIG
from mainstay.model.certificate import authority_path
from mainstay.model.install import Install
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled

MACHINES = machines_that_run(srv_01="balancer web app", mon_01="monitoring")
TRUSTED = authority_path("blackbox_exporter")


def installed(https: object) -> Install:
    site = a_site(machines=MACHINES, monitoring="on", https=https)
    return compiled(site).manifests["mon-01"].parts["blackbox_exporter"]


def settings(part: Install) -> str:
    return next(file.text for file in part.files if file.path == CONFIG)


def test_without_tls_nothing_is_trusted() -> None:
    part = installed("off")
    assert "tls" not in settings(part)
    assert TRUSTED not in [file.path for file in part.files]


def test_the_sites_own_certificate_is_known_by_its_authority() -> None:
    part = installed("on")
    assert f"ca_file: {TRUSTED}" in settings(part)
    assert TRUSTED in [file.path for file in part.files]


@pytest.mark.parametrize("https", [{"certificate": "a.pem", "key": "a.key"}, {"acme": {"email": "ops@example.org"}}])
def test_of_anothers_certificate_only_the_end_is_looked_at(https: object) -> None:
    part = installed(https)
    assert "insecure_skip_verify: true" in settings(part)
    assert TRUSTED not in [file.path for file in part.files]
