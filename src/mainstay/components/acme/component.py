"""Certbot: a certificate that browsers know, from an ACME authority (RFC 8555), for each balancer."""

import zlib

from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.https import Acme

PURPOSE = "acme"
PROGRAM = "/usr/local/lib/mainstay/acme"
UNIT, TIMER = "mainstay-acme.service", "mainstay-acme.timer"
UNIT_FILE, TIMER_FILE = f"/etc/systemd/system/{UNIT}", f"/etc/systemd/system/{TIMER}"
FOLDER, SHOWN = certificate.folder("edge").path, certificate.acme_path("edge")
CHALLENGE_PORT = 8402
CERTBOTS = ("/etc/letsencrypt", "/var/lib/letsencrypt", "/var/log/letsencrypt")
"""Where it keeps its account and certificates, notes, and logs."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """Where the authority's question is answered, for the few seconds in which it is asked; balancers bring it."""
    challenge = Port("challenge", CHALLENGE_PORT, open_to=("balancer",))
    return Exposure((challenge,), (Probe("unit", "unit", TIMER), Probe("certificate", "certificate", SHOWN)))


def installs(view: View[Spec]) -> Install:
    """A program that asks for a certificate where one is due, and when it does."""
    acme = asked(view.spec)
    variables = {
        "domains": view.spec.host_names,
        "acme": acme,
        "name": f"{view.spec.domain}-{zlib.crc32(acme.directory.encode()):08x}",
        "account": acme.directory.removeprefix("https://"),
        "address": view.machine.address,
        "port": view.port(view.machine, "acme", "challenge").number,
        "authority": certificate.authority_path(PURPOSE) if acme.authority else "",
        "shown": SHOWN,
        "program": PROGRAM,
        "sandbox": sandbox(ProtectSystem="strict", ReadWritePaths=" ".join((*CERTBOTS, FOLDER))),
    }
    trusted = (certificate.trusted_by_user(PURPOSE, acme.authority),) if acme.authority else ()
    return Install(
        directories=(*(Directory(path, mode="700") for path in CERTBOTS), certificate.folder(PURPOSE)),
        files=(
            *trusted,
            File(PROGRAM, Content("acme", variables), mode="755"),
            File(UNIT_FILE, Content(UNIT, variables)),
            File(TIMER_FILE, Content(TIMER)),
        ),
        services=(Service(TIMER, restart_on=(*(file.path for file in trusted), PROGRAM, UNIT_FILE, TIMER_FILE)),),
    )


def asked(spec: Spec) -> Acme:
    """Whom the file says to ask."""
    if spec.https is None or spec.https.acme is None:
        raise LookupError("acme runs where `https: acme` is written")
    return spec.https.acme


ACME = Component("acme", ("certbot", "openssl"), exposes, installs)
