"""A site of its own for a while: the blueprint `ha` with the guestbook, in a lab that is gone afterwards."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstay.operations.site import Site, open_site

CHECKOUT = Path(__file__).parent.parent.parent


@contextmanager
def a_site(name: str, port: int, takeover: str = "normal") -> Iterator[Site]:
    """Of this name, at this port; `takeover` as in the section `database`."""
    project = Path(tempfile.mkdtemp(prefix=f"mainstay-{name}-"))
    mainstay = CHECKOUT / ".venv/bin/mainstay"
    shutil.copytree(CHECKOUT / "examples/guestbook/app", project / "app")
    subprocess.run([mainstay, "init", "--blueprint", "ha"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    file = project / "mainstay.yaml"
    text = file.read_text().replace("takeover: normal ", f"takeover: {takeover} ")
    lines = [f"name: {name}" if line.startswith("name:") else line for line in text.splitlines()]
    file.write_text("\n".join((*lines, f"lab: {{ port: {port} }}", "")))
    try:
        subprocess.run([mainstay, "up", "-q"], cwd=project, check=True)
        yield open_site(file)
    finally:
        subprocess.run([mainstay, "down", "--destroy", "-y", "-q"], cwd=project, check=False)
        shutil.rmtree(project)
