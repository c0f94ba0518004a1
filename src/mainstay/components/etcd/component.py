"""etcd: the small store in which a majority of the voters decides who is primary."""

from mainstay.components.etcd.dashboard import rows
from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Metrics, Port, Probe
from mainstay.model.fault import Limits, process_faults
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec

PURPOSE = "etcd"
UNIT = "etcd.service"
HOME = "/var/lib/etcd"
DATA = f"{HOME}/mainstay"
ORDER = f"{HOME}/order.env"
"""By this file, and by no other, a voter without data may begin; whoever writes it knows that it is safe."""

SETTINGS = "/etc/mainstay/etcd.env"
MAY_START = "/usr/local/lib/mainstay/etcd-may-start"
DROP_IN = "/etc/systemd/system/etcd.service.d/mainstay.conf"
LOOPBACK = "127.0.0.1"
CLIENT, PEER, METRICS = 2379, 2380, 2381
LIMITS = Limits(stopped=2.0)
"""No visitor's request goes by a voter, so that there is nothing to be gentle with."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """For the database machines and the voters themselves; figures for those who monitor; health for itself only."""
    measured = (Port("figures", METRICS, open_to=("prometheus",)),) if spec.monitoring else ()
    return Exposure(
        ports=(
            Port("client", CLIENT, open_to=("etcd", "keeper")),
            Port("peer", PEER, open_to=("etcd",)),
            Port("local", CLIENT, bind=LOOPBACK),
            Port("metrics", METRICS, bind=LOOPBACK),
            *measured,
        ),
        probes=(
            Probe("unit", "unit", UNIT),
            Probe("votes", "http", f"http://{LOOPBACK}:{METRICS}/health"),
        ),
        faults=process_faults("voter", "etcd", UNIT, ("EtcdVoterDown",), LIMITS),
        metrics=(Metrics("figures"),) if measured else (),
        has_alerts=True,
    )


def installs(view: View[Spec]) -> Install:
    """One voter. With whom it begins is not said here, but once, by `ORDER`."""
    here = view.machine
    variables = {
        "name": here.name,
        "data": DATA,
        "order": ORDER,
        "settings": SETTINGS,
        "may_start": MAY_START,
        "client": view.port(here, "etcd", "client").number,
        "peer": view.port(here, "etcd", "peer").number,
        "metrics": view.port(here, "etcd", "metrics").number,
        "is_measured": view.spec.monitoring is not None,
        "address": here.address,
        "authority": certificate.authority_path(PURPOSE),
        "identity": certificate.identity_path(PURPOSE),
        "purpose": PURPOSE,
        "sandbox": sandbox(),
    }
    return Install(
        directories=(Directory(DATA, "etcd", "etcd", "700"), certificate.folder(PURPOSE)),
        files=(
            *certificate.files(PURPOSE, here, group="etcd"),
            File(SETTINGS, Content("etcd.env", variables)),
            File(MAY_START, Content("etcd-may-start", variables), mode="755"),
            File(DROP_IN, Content("etcd.service.conf", variables)),
        ),
        services=(Service(UNIT, restart_on=(certificate.authority_path(PURPOSE), SETTINGS, MAY_START, DROP_IN)),),
    )


ETCD = Component("etcd", ("etcd-server", "etcd-client"), exposes, installs, rows)
