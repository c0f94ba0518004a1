"""What a site takes from the catalogue."""

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.operations.site import packages
from tests.builders import BY_DNS, a_site
from tests.vocabulary import installed


def test_the_labs_image_holds_the_packages_of_all_but_what_is_for_servers() -> None:
    every = {package for component in COMPONENTS for package in component.packages}
    assert every - {*packages()} == {"unattended-upgrades"}


def test_the_labs_image_holds_what_only_some_sites_need() -> None:
    site = a_site(https={"acme": {"email": "ops@example.org", "dns": BY_DNS}})
    assert {*installed(site, "acme").packages} <= {*packages()}
