"""Certbot: a certificate that browsers know, from an ACME authority (RFC 8555), for each balancer."""

import math
import zlib
from typing import Any

from mainstay.model import certificate
from mainstay.model.component import Component, View
from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.install import Content, Directory, File, Install, Service
from mainstay.model.machine import Machine
from mainstay.model.sandbox import sandbox
from mainstay.spec import Spec
from mainstay.spec.sections.app import SECRET
from mainstay.spec.sections.dns import RFC2136, Dns
from mainstay.spec.sections.https import Acme
from mainstay.spec.sections.texts import WILD

PURPOSE = "acme"
PROGRAM = "/usr/local/lib/mainstay/acme"
UNIT, TIMER = "mainstay-acme.service", "mainstay-acme.timer"
UNIT_FILE, TIMER_FILE = f"/etc/systemd/system/{UNIT}", f"/etc/systemd/system/{TIMER}"
FOLDER, SHOWN = certificate.folder("edge").path, certificate.acme_path("edge")
CREDENTIALS = f"{certificate.folder(PURPOSE).path}/dns.ini"
CHALLENGE_PORT = 8402
CERTBOTS = ("/etc/letsencrypt", "/var/lib/letsencrypt", "/var/log/letsencrypt")
"""Where it keeps its account and certificates, notes, and logs."""


def exposes(spec: Spec, machine: Machine) -> Exposure:
    """Where the authority's question is answered, for the few seconds in which it is asked; balancers bring it.

    By DNS it is asked elsewhere.
    """
    challenge = () if spec.dns else (Port("challenge", CHALLENGE_PORT, open_to=("balancer",)),)
    return Exposure(challenge, (Probe("unit", "unit", TIMER), Probe("certificate", "certificate", SHOWN)))


def installs(view: View[Spec]) -> Install:
    """A program that asks for a certificate where one is due, and when it does."""
    acme = asked(view.spec)
    variables = {
        "domains": named(view.spec),
        "acme": acme,
        "name": f"{view.spec.domain}-{zlib.crc32(acme.directory.encode()):08x}",
        "account": acme.directory.removeprefix("https://"),
        **_way(view),
        "authority": certificate.authority_path(PURPOSE) if acme.authority else "",
        "shown": SHOWN,
        "program": PROGRAM,
        "sandbox": sandbox(ProtectSystem="strict", ReadWritePaths=" ".join((*CERTBOTS, FOLDER))),
    }
    trusted = (certificate.trusted_by_user(PURPOSE, acme.authority),) if acme.authority else ()
    told = (_credentials(acme.dns),) if acme.dns else ()
    return Install(
        packages=(plugin(acme.dns.provider),) if acme.dns else (),
        directories=(*(Directory(path, mode="700") for path in CERTBOTS), certificate.folder(PURPOSE)),
        files=(
            *trusted,
            *told,
            File(PROGRAM, Content("acme", variables), mode="755"),
            File(UNIT_FILE, Content(UNIT, variables)),
            File(TIMER_FILE, Content(TIMER)),
        ),
        services=(
            Service(TIMER, restart_on=(*(file.path for file in (*trusted, *told)), PROGRAM, UNIT_FILE, TIMER_FILE)),
        ),
    )


def _way(view: View[Spec]) -> dict[str, Any]:
    """How it is shown that the names are ours: by an answer on a port, or by a record at the provider of the names."""
    if dns := view.spec.dns:
        return {"dns": dns.provider, "credentials": CREDENTIALS, "seconds": math.ceil(dns.seconds)}
    port = view.port(view.machine, "acme", "challenge")
    return {"dns": "", "address": view.machine.address, "port": port.number, "seconds": 0}


def _credentials(dns: Dns) -> File:
    """What the plugin reads, the user's secrets as references."""
    values = {key: SECRET.sub(r"${own:\1}", value) for key, value in dns.credentials.items()}
    text = "".join(f'dns_{dns.provider}_{key} = "{value}"\n' for key, value in values.items())
    return File(CREDENTIALS, text, mode="600")


def plugin(provider: str) -> str:
    """The package of certbot's plugin for a provider."""
    return f"python3-certbot-dns-{provider}"


def named(spec: Spec) -> tuple[str, ...]:
    """The names to ask for: authorities refuse an order in which a name with a star holds another of its names."""
    stars = {name.removeprefix(WILD) for name in spec.host_names if name.startswith(WILD)}
    return tuple(name for name in spec.host_names if name.startswith(WILD) or name.partition(".")[2] not in stars)


def asked(spec: Spec) -> Acme:
    """Whom the file says to ask."""
    if spec.https is None or spec.https.acme is None:
        raise LookupError("acme runs where `https: acme` is written")
    return spec.https.acme


ACME = Component("acme", ("certbot", "openssl"), exposes, installs, further=(plugin(RFC2136),))
