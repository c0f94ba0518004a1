"""What a site takes from the catalogue."""

from mainstay.compiler.catalogue import COMPONENTS
from mainstay.operations.site import packages


def test_the_labs_image_holds_the_packages_of_all_but_what_is_for_servers() -> None:
    every = {package for component in COMPONENTS for package in component.packages}
    assert every - {*packages()} == {"unattended-upgrades"}
