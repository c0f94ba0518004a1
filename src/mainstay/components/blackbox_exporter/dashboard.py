"""What to look at first: the site as visitors find it."""

from mainstay.model.dashboard import YES_OR_NO, Panel, Query, Row, Step, good_from, graph, whether
from mainstay.model.machine import Machine
from mainstay.spec import Spec

DAY = 86400

ANSWERS = Row(
    "site",
    "Now",
    (
        Panel(
            "Does the site answer?",
            (Query("max by (address) (probe_success)", "{{address}}"),),
            "number",
            steps=good_from(1),
            words=YES_OR_NO,
            about="Asked from outside, at each address that visitors know.",
            width=4,
        ),
        whether("Answers at", Query("max by (address) (probe_success)", "{{address}}"), width=6),
        graph(
            "Time to answer",
            Query("max by (address) (probe_duration_seconds)", "{{address}}"),
            Query("mainstay:latency_objective_seconds", "promised"),
            unit="s",
            about="Of the questions from outside: the balancers count no times of single requests.",
            width=6,
        ),
    ),
)

CERTIFICATE = Row(
    "balancers",
    "Visitors",
    (
        Panel(
            "Certificate is good for",
            (Query("min by (address) (probe_ssl_earliest_cert_expiry) - time()", "{{address}}"),),
            "number",
            "s",
            (Step("red"), Step("orange", 3 * DAY), Step("green", 14 * DAY)),
            width=8,
        ),
    ),
)


def rows(spec: Spec, machine: Machine) -> tuple[Row, ...]:
    """With that of the certificate, where there is one."""
    return (ANSWERS, CERTIFICATE) if spec.https else (ANSWERS,)
