"""How the tests of the file speak: a text is put in a folder, loaded, and what is said of it compared."""

from pathlib import Path

import pytest

from mainstay.spec import Spec, SpecError, load

MINIMAL = """\
name: shop
domain: shop.test
machines:
  srv-01: {runs: [balancer, web, app]}
https: off
firewall: off
monitoring: off
"""
APP = """\
app:
  source: ./app
  wsgi: shop:app
"""


def loaded(folder: Path, text: str, **overlays: str) -> Spec:
    """The specification of a text, under the first of the overlays if there is one."""
    (folder / "mainstay.yaml").write_text(text, encoding="utf-8")
    for name, overlay in overlays.items():
        (folder / f"mainstay.{name}.yaml").write_text(overlay, encoding="utf-8")
    return load(folder / "mainstay.yaml", next(iter(overlays), None))


def says(folder: Path, text: str, **overlays: str) -> list[str]:
    """What is said of a broken text, with the folder left out."""
    with pytest.raises(SpecError) as caught:
        loaded(folder, text, **overlays)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]
