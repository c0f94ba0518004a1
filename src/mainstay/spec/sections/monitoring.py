"""The section `monitoring`: what is promised to visitors, and who is told when it is not kept; `off` for nothing."""

from typing import Annotated

from pydantic import Field

from mainstay.spec.sections.app import SECRET
from mainstay.spec.sections.https import Email
from mainstay.spec.sections.numbers import Between
from mainstay.spec.sections.section import Section, lasting, sized
from mainstay.spec.sections.texts import Matching, ProjectPath
from mainstay.spec.sections.units import Duration, Share, Size, share

_REFERENCE = r"\$\{secret:[A-Za-z0-9_-]+\}"
_URL = r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~%?&=+,@/-]*)?"

SecretReference = Annotated[
    str,
    Matching(
        _REFERENCE,
        "a secret",
        "Write it as `${secret:NAME}`, and set it: `mainstay secret set NAME`.",
    ),
]
Url = Annotated[
    str,
    Matching(
        f"{_URL}|{_REFERENCE}", "a URL, nor a secret", "Write one such as https://example.org/alerts, or a secret."
    ),
]
MailServer = Annotated[
    str,
    Matching(r"[A-Za-z0-9.-]+:[0-9]{1,5}", "a mail server with its port", "Write one such as mail.example.org:587."),
]
Channel = Annotated[
    str, Matching(r"[#@]?[A-Za-z0-9._-]{1,80}", "the name of a channel", 'Write one such as `"#operations"`.')
]
Word = Annotated[str, Matching(r"[A-Za-z0-9._%+@-]{1,120}", "the name of a user", "Write one without spaces.")]
Days = Annotated[int, Between(1, 400)]


class Mail(Section):
    """Messages by e-mail."""

    to: Annotated[tuple[Email, ...], Field(min_length=1)] = Field(description="Whom they go to.")
    sender: Email = Field(description="Whom they come from.")
    server: MailServer = Field(description="The mail server that takes them, with its port.")
    user: Word | None = Field(None, description="Whom to log in as; left out, nobody logs in.")
    password: SecretReference | None = Field(None, description="The user's password, as `${secret:NAME}`.")
    authority: ProjectPath | None = Field(
        None, description="By what the mail server is known, a PEM file; left out, by what the machines trust."
    )


class Slack(Section):
    """Messages to a channel of Slack."""

    url: Url = Field(description="The incoming webhook's URL; it is a secret.")
    channel: Channel | None = Field(None, description="The channel; left out, the webhook's own.")


class Webhook(Section):
    """Messages to a program of yours, as Alertmanager's JSON."""

    url: Url = Field(description="Where they are posted to.")


class Pagerduty(Section):
    """Incidents at PagerDuty."""

    key: SecretReference = Field(description="The integration's key (Events API v2), as `${secret:NAME}`.")


class Telegram(Section):
    """Messages to a chat of Telegram."""

    token: SecretReference = Field(description="The bot's token, as `${secret:NAME}`.")
    chat: int = Field(description="The number of the chat.")


class Monitoring(Section):
    """What is promised to visitors, how long figures are kept, and who is told when something is wrong."""

    objective: Share = Field(
        share("99.9%"),
        description="The share of requests that are to succeed.",
        json_schema_extra={"default": "99.9%"},
    )
    latency: Duration = lasting("1s", "How long the site's health check may take, asked from outside.")
    keep: Days = Field(15, description="For how many days figures are kept, and the other machines' logs.")
    disk: Size = sized("2GiB", "How much disk the figures may take, and as much again the other machines' logs.")
    mail: Mail | None = Field(None, description="Who is told by e-mail.")
    slack: Slack | None = Field(None, description="Who is told by Slack.")
    webhook: Webhook | None = Field(None, description="Which program is told.")
    pagerduty: Pagerduty | None = Field(None, description="Who is called by PagerDuty.")
    telegram: Telegram | None = Field(None, description="Who is told by Telegram.")
    deadman: Url | None = Field(
        None, description="What is called every minute while alerting works, and tells you when it is not."
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the user's own secrets that are referred to."""
        return tuple(sorted(set(SECRET.findall(self.model_dump_json()))))
