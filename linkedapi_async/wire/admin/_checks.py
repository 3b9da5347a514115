"""Parameters before they are sent: what is unusable is refused by name, value and remedy.

Where a set of words is open, any text passes: the service knows its own words best.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final, NoReturn, cast
from urllib.parse import urlsplit

from linkedapi_async.errors import ConfigurationError

__all__ = [
    "flag",
    "header",
    "header_name",
    "headers",
    "number",
    "reject",
    "selectors",
    "text",
    "url",
    "word",
]

_SHOWN: Final = 120
_LARGEST: Final = 2**53 - 1  # the last whole number that every reader of JSON keeps exact
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]+")
_TEST: Final = "webhook.test"


def reject(what: str, value: object, remedy: str) -> NoReturn:
    """Refuse a parameter.

    Raises:
        ConfigurationError: Always; nothing was sent.
    """
    shown = repr(value)
    if len(shown) > _SHOWN:
        shown = f"{shown[:_SHOWN]}…"
    _complain(f"{what}={shown} {remedy}")


def _complain(message: str) -> NoReturn:
    raise ConfigurationError(message, code="invalidRequestPayload")


def text(what: str, value: object) -> str:
    """Return a text with something in it, which UTF-8 can carry."""
    if not isinstance(value, str) or not value.strip():
        reject(what, value, "has to be a text with something in it")
    try:
        value.encode()
    except UnicodeEncodeError:
        reject(what, value, "holds half a character: no UTF-8 can carry it")
    return value


def flag(what: str, value: object) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        reject(what, value, "has to be True or False")
    return value


def number(what: str, value: object, *, least: int, most: int = _LARGEST) -> int:
    """Return a whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        bounds = f"{least} or more" if most == _LARGEST else f"from {least} to {most}"
        reject(what, value, f"has to be a whole number, {bounds}")
    return value


def word(what: str, value: object, choices: Sequence[str]) -> str:
    """Return one of a closed set of words."""
    if not isinstance(value, str) or value not in choices:
        reject(what, value, f"is not one of {', '.join(choices)}")
    return str(value)


def url(what: str, value: object) -> str:
    """Return the address of a webhook: HTTPS and public.

    Plain HTTP passes to this machine alone; the service refuses it, a sandbox does not.
    """
    given = text(what, value)
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        reject(what, value, "is no address")
    if not given.isprintable() or " " in given or not host or parts.scheme not in {"https", "http"}:
        reject(what, value, "has to be an HTTPS address, such as https://example.com/hook")
    is_local, is_public = _place(host)
    if parts.scheme == "http" and not is_local:
        reject(what, value, "has to be HTTPS: the service delivers over nothing else")
    if not is_local and not is_public:
        reject(what, value, "is a private address: deliveries only go to public ones")
    return given


def _place(host: str) -> tuple[bool, bool]:
    """Return whether a host is this machine, and whether everybody can reach it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost", True
    return address.is_loopback, address.is_global


def header(name: object, value: object, *, what: str = "name") -> tuple[str, str]:
    """Return a header field; a value is not shown, since it may be a credential."""
    known = header_name(name, what=what)
    if not isinstance(value, str) or not value.strip() or not _VALUE.fullmatch(value):
        _complain(
            f"The value of the header {known!r} has to be a text with something in it, without "
            "line breaks and other signs that no header takes"
        )
    return known, value


def header_name(name: object, *, what: str = "name") -> str:
    """Return the name of a header field."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        reject(what, name, "is no name of a header: letters, digits and hyphens are safe")
    return name


def headers(value: object) -> dict[str, str]:
    """Return header fields whose names differ by more than case."""
    if not isinstance(value, Mapping):
        _complain(f"headers has to map names to values, not {type(value).__name__}")
    pairs = cast("Mapping[object, object]", value).items()
    found = dict(header(name, held, what="headers") for name, held in pairs)
    seen: set[str] = set()
    for name in found:
        if name.lower() in seen:
            reject("headers", name, "stands there twice: case makes no difference in names")
        seen.add(name.lower())
    return found


def selectors(value: object) -> list[str]:
    """Return what a webhook is narrowed to."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        reject("events", value, "has to be a list of event types, or None for every event")
    entries = cast("Sequence[object]", value)
    found = [text(f"events[{index}]", entry) for index, entry in enumerate(entries)]
    if _TEST in found:
        reject("events", _TEST, "cannot be chosen: test events are always delivered")
    return found
