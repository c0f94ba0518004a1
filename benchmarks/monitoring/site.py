"""The blueprint `ha` with one or two machines that monitor, and what their Prometheus can be asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from types import MappingProxyType
from urllib.parse import urlencode

from benchmarks.place import a_site
from mainstay.compiler.compile import compile_plan
from mainstay.model.machine import Instance
from mainstay.operations.site import Site
from mainstay.operations.status import ANY_RELEASE

SECURED = MappingProxyType({"https: off": "https: on", "firewall: off": "firewall: on"})
MONITORS = "  mon-01: { runs: [monitoring] }\n"
TWO_MONITORS = MONITORS + MONITORS.replace("mon-01", "mon-02")
BEHIND = "  srv-02: { runs"
ASK = resources.files("mainstay.operations.alerting").joinpath("remote", "ask.py").read_text()


@contextmanager
def a_monitored_site(
    name: str, port: int, monitors: str = MONITORS, changes: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Site]:
    """With these lines for the machines that monitor; HTTPS and firewall off, but for `changes`."""
    watched = {"monitoring: off": "monitoring: on", BEHIND: monitors + BEHIND}
    with a_site(name, port, {**watched, **changes}) as site:
        yield site


def asked(site: Site, machine: str, question: str) -> list[dict[str, str]]:
    """The labels of every series that the Prometheus of this machine answers to a question in PromQL, with `value`."""
    here = next(m for m in site.running("monitoring") if m.name == machine)
    ports = compile_plan(site.spec, ANY_RELEASE).exposures[Instance("prometheus", here)].ports
    number = next(port.number for port in ports if port.name == "api")
    url = f"https://{here.address}:{number}/api/v1/query?{urlencode({'query': question})}"
    order = json.dumps({"url": url, "purpose": "prometheus", "body": None})
    said = json.loads(site.ground.reach().run_or_fail(machine, ("python3", "-c", ASK), given=order, seconds=20))
    return [{**series["metric"], "value": series["value"][1]} for series in said["data"]["result"]]
