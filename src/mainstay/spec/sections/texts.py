"""Texts that end up in configuration files, so that only harmless ones pass."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from mainstay.spec.sections.refusal import refused
from mainstay.spec.words import did_you_mean, one_of, quote

# Each of these means something to Nginx, HAProxy, systemd or the shell.
_MEANINGFUL = set("\"'`$;{}\\#")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HOST = 253
WILD = "*."
"""With what a name begins that stands for all names directly below the rest."""


@dataclass(frozen=True)
class Matching:
    """Annotates a text that matches the whole pattern; `noun` and `rule` make the sentence if it does not."""

    pattern: str
    noun: str
    rule: str

    def ensure(self, value: str) -> str:
        """Return the text unchanged, or refuse it."""
        if not re.fullmatch(self.pattern, value):
            raise refused(f"{quote(value)} is not {self.noun}.", self.rule)
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.ensure, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})$"}


def chosen(noun: str, words: tuple[str, ...]) -> BeforeValidator:
    """Return a validator that refuses a text outside `words`, with the nearest one as the fix."""

    def ensure(value: object) -> object:
        if isinstance(value, str) and value not in words:
            raise refused(f"{quote(value)} is not {noun}.", did_you_mean(value, words) or one_of(words))
        return value

    return BeforeValidator(ensure)


def host(value: str) -> str:
    """Return the host name unchanged, or refuse what is not one in lower case (RFC 1123)."""
    labels = value.split(".")
    fine = len(value) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in labels)
    if not fine and value.lower() != value and value.isascii():
        raise refused(f"{quote(value)} is not in lower case.", f"Write {quote(value.lower())}.")
    if not fine or labels[-1].isdigit():
        raise refused(f"{quote(value)} is not a host name.", "Write one such as shop.example.org.")
    return value


def alias(value: str) -> str:
    """Return the host name unchanged, or refuse what is neither one nor `*.` and one."""
    host(value.removeprefix(WILD))
    return value


def address(value: str) -> str:
    """Return the IPv4 address unchanged, or refuse what no machine can have."""
    try:
        parsed = IPv4Address(value)
    except AddressValueError:
        raise refused(f"{quote(value)} is not an IPv4 address.", "Write one such as 192.0.2.10.") from None
    if parsed.is_loopback or parsed.is_multicast or parsed.is_unspecified or parsed.is_reserved:
        raise refused(f"{quote(value)} is not an address a machine can have.")
    return value


def network(value: str) -> str:
    """Return the IPv4 address or network unchanged, or refuse what is neither, and one whose end is not all zeros."""
    try:
        IPv4Network(value)
    except ValueError:
        fix = "Write an IPv4 address, or a network such as 192.0.2.0/24."
        raise refused(f"{quote(value)} is neither an address nor a network.", fix) from None
    return value


def project_path(value: str) -> str:
    """Return a path relative to the file without `./`, or refuse one that leaves the project."""
    _ensure_harmless(value, "a path")
    path = PurePosixPath(value)
    if path.is_absolute() or value.startswith("~"):
        raise refused(f"{quote(value)} is not relative.", "Write the path from the folder of this file.")
    if ".." in path.parts:
        raise refused(f"{quote(value)} leaves the project.", "Write a path without `..`.")
    return str(path)


def url_path(value: str) -> str:
    """Return the path of a URL unchanged: it begins with `/` and needs no quoting anywhere."""
    _ensure_harmless(value, "a path of a URL")
    if not value.startswith("/"):
        raise refused(f"{quote(value)} does not begin with `/`.", f"Write {quote('/' + value)}.")
    return value


def url_prefix(value: str) -> str:
    """Return the prefix of URLs unchanged: as `url_path`, and more than `/`."""
    if not url_path(value).strip("/"):
        raise refused(f"{quote(value)} would hide the whole application.", "Write a longer prefix.")
    return value


def one_line(value: str) -> str:
    """Return the text unchanged, or refuse an empty one and one with line breaks or control characters."""
    if not value.strip():
        raise refused("This text is empty.", "Write something, or delete the key.")
    return unbroken(value)


def unbroken(value: str) -> str:
    """Return the text unchanged, or refuse one with line breaks or control characters."""
    if not value.replace("\t", " ").isprintable():
        raise refused(f"{quote(value)} holds a line break or a control character.", "Write it in one line.")
    return value


def _ensure_harmless(value: str, noun: str) -> None:
    if not value:
        raise refused("This text is empty.", f"Write {noun}.")
    for char in value:
        if char in _MEANINGFUL or char.isspace() or not char.isprintable():
            raise refused(f"{quote(value)} is not {noun}: {quote(char)} cannot stand in it.")


HostName = Annotated[str, AfterValidator(host)]
Alias = Annotated[str, AfterValidator(alias)]
Address = Annotated[str, AfterValidator(address)]
Network = Annotated[str, AfterValidator(network)]
ProjectPath = Annotated[str, AfterValidator(project_path)]
UrlPath = Annotated[str, AfterValidator(url_path)]
UrlPrefix = Annotated[str, AfterValidator(url_prefix)]
Line = Annotated[str, AfterValidator(one_line)]
# Numbers and booleans reach this type as the text they were written as.
AsWritten = Annotated[str, AfterValidator(unbroken), WithJsonSchema({"type": ["string", "number", "boolean"]})]
