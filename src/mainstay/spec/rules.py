"""What must hold between the sections; each rule is one function over what is sound so far."""

from collections.abc import Callable, Iterator

from mainstay.spec.draft import Draft
from mainstay.spec.lab_addresses import FIRST, LAST, derived, is_within
from mainstay.spec.problem import Issue
from mainstay.spec.sections.app import SECRET
from mainstay.spec.sections.balancer import Balancer
from mainstay.spec.sections.dns import PROVIDERS, RFC2136, Dns
from mainstay.spec.sections.machines import Role
from mainstay.spec.sections.texts import WILD
from mainstay.spec.words import did_you_mean, quote

Rule = Callable[[Draft], Iterator[Issue]]

_WITH_SECTION: tuple[Role, ...] = ("balancer", "web", "app", "database")
_NEEDED: tuple[Role, ...] = ("balancer", "app")
FEWEST_VOTERS = 3
_ENTRIES = ("wsgi", "asgi", "run")


def ensure_written_sections_run(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each section that is written although no machine runs it."""
    for role in _WITH_SECTION:
        if draft.machines and role in draft.written and role not in _NEEDED and not draft.running(role):
            fix = f"Add {role} to the `runs` of a machine, or delete the section."
            yield Issue((role,), f"Nobody runs `{role}`.", fix)


def ensure_needed_roles_run(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where no machine runs the balancer, or none the application."""
    for role in _NEEDED:
        if draft.machines and not draft.running(role):
            where = (role,) if role in draft.written else ("machines",)
            yield Issue(where, f"Nobody runs `{role}`.", f"Add {role} to the `runs` of a machine.")


def ensure_app_is_written(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where the section `app` is missing; it alone has no default to run with."""
    if "app" not in draft.written:
        runners = draft.running("app")
        who = f": {_listed(runners)} would have nothing to run" if runners else ""
        fix = "Write `app:` with `source:` and `wsgi:` below it."
        yield Issue(("app",), f"This section is missing{who}.", fix)


def ensure_one_entry(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where the application has not exactly one of `wsgi`, `asgi` and `run`."""
    if draft.app is None:
        return
    written = tuple(entry for entry in _ENTRIES if getattr(draft.app, entry) is not None)
    if not written:
        yield Issue(("app",), "Nothing says how to start it.", "Write one of wsgi, asgi, run.")
    for entry in written[1:]:
        yield Issue(("app", entry), f"There is `{written[0]}` already.", "Keep one of wsgi, asgi, run.")


def ensure_web_beside_app(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine that runs one of `web` and `app`: they meet in a unix socket."""
    for name, machine in (draft.machines or {}).items():
        pair = [role for role in ("web", "app") if role in machine.runs]
        if len(pair) == 1:
            other = "app" if pair == ["web"] else "web"
            what = f"{name} runs {pair[0]} but not {other}, and the two meet in a socket on one machine."
            yield Issue(("machines", name, "runs"), what, f"Add {other}, or take {pair[0]} away.")


def ensure_distinct_addresses(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine whose address another has; all are named, each with its line."""
    owners: dict[str, list[str]] = {}
    for name, machine in (draft.machines or {}).items():
        if machine.address:
            owners.setdefault(machine.address, []).append(name)
    for address, names in owners.items():
        for name in names if len(names) > 1 else ():
            what = f"{_listed(names)} have one address, {address}."
            yield Issue(("machines", name, "address"), what, "Give each machine its own.")


def ensure_all_or_no_addresses(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine without an address where another has one."""
    machines = draft.machines or {}
    with_address = [name for name, machine in machines.items() if machine.address]
    for name in machines if with_address else ():
        if name not in with_address:
            what = f"{name} has no address, but {_listed(with_address)} {_have(with_address)}."
            fix = "Give all machines an address, or none to make them in the lab."
            yield Issue(("machines", name), what, fix)


def ensure_virtual_addresses(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where the addresses that move between balancers are too few, too many, or a machine's own."""
    if draft.balancer is None or draft.machines is None:
        return
    written, balancers = draft.balancer.addresses, draft.running("balancer")
    own = {machine.address: name for name, machine in draft.machines.items()}
    for address in written:
        if address in own:
            what = f"{address} is the address of {own[address]}, and cannot move."
            yield Issue(("balancer", "addresses"), what, "Write an address that no machine has.")
    for address in sorted({address for address in written if written.count(address) > 1}):
        yield Issue(("balancer", "addresses"), f"{address} is written twice.", "Write each address once.")
    wanted = _virtual_addresses_wanted(draft.balancer, len(balancers))
    is_in_lab = all(machine.address is None for machine in draft.machines.values())
    if len(written) != wanted and not (is_in_lab and not written):
        what = f"{len(written)} addresses are written, and {len(balancers)} balancers need {wanted}."
        yield Issue(("balancer", "addresses"), what, _virtual_addresses_fix(wanted))


def ensure_addresses_of_the_lab(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each address that is to move in a lab and cannot: outside its network, or a machine's own."""
    machines = draft.machines or {}
    if draft.balancer is None or any(machine.address for machine in machines.values()):
        return
    own = {address: name for name, address in derived(machines).items()}
    for address in draft.balancer.addresses if len(draft.running("balancer")) > 1 else ():
        if not is_within(address):
            fix = f"Write one from {FIRST} to {LAST}, or leave them out: the lab makes them up."
            yield Issue(("balancer", "addresses"), f"{address} is not an address of the lab's network.", fix)
        elif address in own:
            what = f"{address} is the address of {own[address]}, and cannot move."
            yield Issue(("balancer", "addresses"), what, "Write an address that no machine has.")


def ensure_certificate_and_key(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where one of a certificate and its key is written."""
    if draft.https is None:
        return
    written = {"certificate": draft.https.certificate, "key": draft.https.key}
    for name, other in (("certificate", "key"), ("key", "certificate")):
        if written[name] and not written[other]:
            fix = f"Write `{other}:` beside it, or neither: then the site's own authority makes both."
            yield Issue(("https", name), f"There is no {other} that belongs to it.", fix)


def ensure_one_source_of_certificates(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where a certificate is both brought and asked for."""
    if draft.https is not None and draft.https.acme and draft.https.certificate:
        yield Issue(("https", "acme"), "There is a `certificate` already.", "Keep one of the two.")


def ensure_dns_credentials(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each credential that the DNS provider does not know, or misses, or that shows a secret."""
    if (dns := _dns(draft)) is None:
        return
    provider, where = PROVIDERS[dns.provider], ("https", "acme", "dns", "credentials")
    for key, value in dns.credentials.items():
        if key not in provider.known:
            fix = did_you_mean(key, provider.known) or f"Known for {dns.provider}: {', '.join(provider.known)}."
            yield Issue((*where, key), f"There is no key {quote(key)} here.", fix)
        elif key in provider.secrets and not SECRET.fullmatch(value):
            fix = "Write it as `${secret:NAME}`, and set it: `mainstay secret set NAME`."
            yield Issue((*where, key), f"{quote(value)} is not a secret.", fix)
    if missing := [key for key in provider.needed if key not in dns.credentials]:
        yield Issue(where, f"{dns.provider} needs {_listed(missing)}, too.", "Write each below it.")


def ensure_dns_is_reached(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where a site in the lab is to have its records at a provider: no way leads out of the lab."""
    dns, machines = _dns(draft), (draft.machines or {}).values()
    if dns and dns.provider != RFC2136 and machines and not any(machine.address for machine in machines):
        what = f"No way leads from the lab to {dns.provider}."
        yield Issue(("https", "acme", "dns", "provider"), what, "Write `https: on` for the lab, in an overlay.")


def ensure_a_star_is_shown_by_dns(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where a certificate is asked for a name with a star: authorities ask for it by DNS only."""
    if draft.https is None or draft.https.acme is None or _dns(draft) or draft.web is None:
        return
    for at, name in enumerate(draft.web.aliases):
        if name.startswith(WILD):
            what = f"An authority gives a certificate for {name} by DNS only."
            yield Issue(("web", "aliases", at), what, "Write `dns:` under `https: acme`, or take the name away.")


def ensure_reach_has_a_meaning(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where it is said what may be reached, though everything may."""
    if draft.firewall is not None and draft.firewall.reach and draft.firewall.egress == "open":
        fix = "Write `egress: restricted` beside it, or delete it."
        yield Issue(("firewall", "reach"), "The machines may connect to anybody as it is.", fix)


def ensure_a_majority_survives(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where failover is automatic and there are too few machines to lose one and keep a majority."""
    if _is_voted_on(draft) and len(draft.machines or {}) < FEWEST_VOTERS:
        here = "is one" if len(draft.machines or {}) == 1 else "are two"
        what = f"Automatic failover needs three machines that vote, so that a majority outlives any one; here {here}."
        fix = "Add a machine that runs `witness`, which only votes, or write `failover: manual`."
        yield Issue(("database", "failover"), what, fix)


def ensure_witnesses_vote(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each witness where there is nothing to vote on."""
    if draft.database is None or _is_voted_on(draft):
        return
    for name in draft.running("witness"):
        what = f"{name} runs witness, and nobody votes without a database whose failover is automatic."
        yield Issue(("machines", name, "runs"), what, "Take witness away, or write `failover: automatic`.")


def ensure_somebody_monitors(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where monitoring is on and no machine does it."""
    if draft.monitoring and draft.machines and not draft.running("monitoring"):
        unless = "" if "monitoring" in draft.written else " unless you say otherwise"
        fix = "Add a machine such as `mon-01: {runs: [monitoring]}`, or write `monitoring: off`."
        yield Issue(("monitoring",), f"Monitoring is on{unless}, and no machine runs it.", fix)


def ensure_monitors_monitor(draft: Draft) -> Iterator[Issue]:
    """Yield an issue for each machine that is to monitor where monitoring is off."""
    if draft.monitoring or "monitoring" in draft.broken:
        return
    for name in draft.running("monitoring"):
        fix = "Take monitoring away, or delete `monitoring: off`."
        yield Issue(("machines", name, "runs"), f"{name} runs monitoring, which is off.", fix)


def ensure_mail_is_logged_in_for(draft: Draft) -> Iterator[Issue]:
    """Yield an issue where one of the mail server's user and password is written."""
    mail = draft.monitoring.mail if draft.monitoring else None
    if mail and bool(mail.user) != bool(mail.password):
        there, other = ("user", "password") if mail.user else ("password", "user")
        what = f"There is no {other} that belongs to it."
        yield Issue(("monitoring", "mail", there), what, f"Write `{other}:` beside it, or neither.")


def _dns(draft: Draft) -> Dns | None:
    return draft.https.acme.dns if draft.https and draft.https.acme else None


def _is_voted_on(draft: Draft) -> bool:
    """Whether machines decide by themselves which database is the primary."""
    return bool(draft.database and draft.running("database") and draft.database.failover == "automatic")


def _virtual_addresses_wanted(balancer: Balancer, balancers: int) -> int:
    """How many addresses move: none with a single balancer, else one for all, or one for each."""
    if balancers < 2:
        return 0
    return 1 if balancer.mode == "active-passive" else balancers


def _virtual_addresses_fix(wanted: int) -> str:
    if not wanted:
        return "Leave them out: a single balancer has its own address."
    return "Write addresses of the balancers' network that no machine has."


def _listed(names: tuple[str, ...] | list[str]) -> str:
    head, last = ", ".join(names[:-1]), names[-1]
    return f"{head} and {last}" if head else last


def _have(names: list[str]) -> str:
    return "has" if len(names) == 1 else "have"


RULES: tuple[Rule, ...] = (
    ensure_written_sections_run,
    ensure_needed_roles_run,
    ensure_app_is_written,
    ensure_one_entry,
    ensure_web_beside_app,
    ensure_distinct_addresses,
    ensure_all_or_no_addresses,
    ensure_virtual_addresses,
    ensure_addresses_of_the_lab,
    ensure_certificate_and_key,
    ensure_one_source_of_certificates,
    ensure_dns_credentials,
    ensure_dns_is_reached,
    ensure_a_star_is_shown_by_dns,
    ensure_reach_has_a_meaning,
    ensure_a_majority_survives,
    ensure_witnesses_vote,
    ensure_somebody_monitors,
    ensure_monitors_monitor,
    ensure_mail_is_logged_in_for,
)
