"""A site of its own for a while: the guestbook on the blueprint `ha` made plain, in a lab that is gone afterwards."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from mainstay.operations.site import Site, open_site
from tests.builders import plain

CHECKOUT = Path(__file__).parent.parent


@contextmanager
def a_site(name: str, port: int, changes: Mapping[str, str] = MappingProxyType({})) -> Iterator[Site]:
    """Of this name, at this port; without HTTPS, firewall and monitoring, then with `changes` made to the text."""
    project = Path(tempfile.mkdtemp(prefix=f"mainstay-{name}-"))
    mainstay = CHECKOUT / ".venv/bin/mainstay"
    shutil.copytree(CHECKOUT / "examples/guestbook/app", project / "app")
    subprocess.run([mainstay, "init", "--blueprint", "ha"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    file = project / "mainstay.yaml"
    text = plain(file.read_text())
    for old, new in changes.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the blueprint"
        text = text.replace(old, new)
    lines = [f"name: {name}" if line.startswith("name:") else line for line in text.splitlines()]
    file.write_text("\n".join((*lines, f"lab: {{ port: {port} }}", "")))
    try:
        subprocess.run([mainstay, "up", "-q"], cwd=project, check=True)
        yield open_site(file)
    finally:
        subprocess.run([mainstay, "down", "--destroy", "-y", "-q"], cwd=project, check=False)
        shutil.rmtree(project)
