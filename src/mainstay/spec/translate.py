"""What the models refuse, said in the words of the file."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from mainstay.spec.node import Node, find, said
from mainstay.spec.problem import Issue, Path
from mainstay.spec.sections.app import App
from mainstay.spec.sections.balancer import Balancer
from mainstay.spec.sections.database import Database
from mainstay.spec.sections.dns import Dns
from mainstay.spec.sections.firewall import Firewall
from mainstay.spec.sections.https import Acme, Https
from mainstay.spec.sections.lab import Lab
from mainstay.spec.sections.machines import Machine, Ssh
from mainstay.spec.sections.monitoring import Mail, Monitoring, Pagerduty, Slack, Telegram, Webhook
from mainstay.spec.sections.refusal import REFUSED
from mainstay.spec.sections.secrets import Secrets
from mainstay.spec.sections.section import Section
from mainstay.spec.sections.spec import Spec
from mainstay.spec.sections.updates import Updates
from mainstay.spec.sections.web import Web
from mainstay.spec.words import did_you_mean, quote

# Which model stands where; `*` is a name the user chose.
MODELS: Mapping[Path, type[Section]] = MappingProxyType(
    {
        (): Spec,
        ("machines", "*"): Machine,
        ("machines", "*", "ssh"): Ssh,
        ("balancer",): Balancer,
        ("web",): Web,
        ("app",): App,
        ("database",): Database,
        ("https",): Https,
        ("https", "acme"): Acme,
        ("https", "acme", "dns"): Dns,
        ("firewall",): Firewall,
        ("monitoring",): Monitoring,
        ("monitoring", "mail"): Mail,
        ("monitoring", "slack"): Slack,
        ("monitoring", "webhook"): Webhook,
        ("monitoring", "pagerduty"): Pagerduty,
        ("monitoring", "telegram"): Telegram,
        ("updates",): Updates,
        ("secrets",): Secrets,
        ("lab",): Lab,
    }
)

_EXPECTED = MappingProxyType(
    {
        "string_type": "text",
        "int_type": "a whole number",
        "tuple_type": "a list",
        "dict_type": "a mapping",
        "model_type": "a mapping",
    }
)
_EXAMPLES: Mapping[Path, str] = MappingProxyType(
    {
        ("name",): "Write one such as `name: shop`.",
        ("domain",): "Write one such as `domain: shop.test`.",
        ("machines",): "Write one such as `machines: {srv-01: {runs: [balancer, web, app]}}`.",
        ("machines", "*", "runs"): "Write one such as `runs: [web, app]`.",
        ("https", "acme", "email"): "Write one such as `email: ops@example.org`.",
        ("https", "acme", "dns", "provider"): "Write one such as `provider: cloudflare`.",
        ("https", "acme", "dns", "credentials"): "Write one such as `credentials: {api_token: ${secret:DNS_TOKEN}}`.",
        ("monitoring", "mail", "to"): "Write one such as `to: [ops@example.org]`.",
        ("monitoring", "mail", "sender"): "Write one such as `sender: alerts@example.org`.",
        ("monitoring", "mail", "server"): "Write one such as `server: mail.example.org:587`.",
        ("monitoring", "slack", "url"): "Write one such as `url: ${secret:SLACK_URL}`.",
        ("monitoring", "webhook", "url"): "Write one such as `url: https://example.org/alerts`.",
        ("monitoring", "pagerduty", "key"): "Write one such as `key: ${secret:PAGERDUTY_KEY}`.",
        ("monitoring", "telegram", "token"): "Write one such as `token: ${secret:TELEGRAM_TOKEN}`.",
        ("monitoring", "telegram", "chat"): "Write one such as `chat: -1001234567890`.",
        ("app", "source"): "Write the application's folder, such as `source: ./app`.",
    }
)


def issues(error: ValidationError, root: Node) -> Iterator[Issue]:
    """Yield every refusal of the models as an issue; `root` is the tree that was refused."""
    for found in error.errors(include_url=False):
        path = tuple(part for part in found["loc"] if part != "[key]")
        # A missing `app` is said by a rule, which knows who runs it.
        if (found["type"], path) != ("missing", ("app",)):
            yield _issue(found["type"], path, found.get("ctx", {}), root)


def _issue(kind: str, path: Path, context: Mapping[str, Any], root: Node) -> Issue:
    if kind == REFUSED:
        return Issue(path, context["what"], context["fix"])
    if kind == "missing":
        return Issue(path, "This key is missing.", _EXAMPLES[_pattern(path)])
    if kind == "extra_forbidden":
        return _unknown(path)
    expected, node = _EXPECTED.get(kind, "one of the words it knows"), find(root, path) or root
    return Issue(path, f"Expected {expected}, found {said(node)}.", _hint(expected, node))


def _unknown(path: Path) -> Issue:
    key = str(path[-1])
    known = tuple(MODELS[_pattern(path[:-1])].model_fields)
    fix = did_you_mean(key, known) or f"Known here: {', '.join(known)}."
    return Issue(path, f"There is no key {quote(key)} here.", fix)


def _hint(expected: str, node: Node) -> str:
    if not isinstance(node.value, str) or not node.value:
        return ""
    hints = {"text": f"Put it in quotes: {quote(node.value)}.", "a list": f"Write `[{node.value[:40]}]`."}
    if not node.bare and node.value.isdecimal():
        hints["a whole number"] = f"Write {node.value[:40]} without quotes."
    return hints.get(expected, "")


def _pattern(path: Path) -> Path:
    return tuple("*" if at == 1 and path[0] == "machines" else part for at, part in enumerate(path))
