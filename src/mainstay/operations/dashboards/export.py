"""`dashboards export`: a file for each dashboard, for Grafana to read."""

from pathlib import Path

from mainstay.operations.dashboards.draw import drawn
from mainstay.operations.dashboards.gather import gathered
from mainstay.operations.errors import OperationError
from mainstay.operations.site import Site

FOLDER = "dashboards"
"""Where they go, beside the user's file."""


def dashboards(site: Site) -> dict[str, str]:
    """The text of each file, by its name; the site need not have been made yet.

    Raises:
        OperationError: monitoring is off, so that there would be nothing to show.
    """
    if site.spec.monitoring is None:
        raise OperationError(
            "Monitoring is off: there are no figures to look at.", "Delete `monitoring: off`, and run `mainstay up`."
        )
    return {f"{page.dashboard.name}.json": drawn(page, site.spec.name) for page in gathered(site.spec)}


def export_dashboards(site: Site, folder: Path | None = None) -> tuple[Path, ...]:
    """Write them into a folder, the project's own unless one is named; what else lies there is left alone.

    Raises:
        OperationError: monitoring is off.
    """
    texts = dashboards(site)
    place = folder or site.project / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8")
    return tuple(place / name for name in texts)
