"""The webhook a client has registered: where to, what, and how it proves who sends.

The service demands HTTPS and public addresses. This one also takes addresses of the machine it
runs on, such as `http://127.0.0.1:8080/hook`, and leaves that machine for none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import attrs

from linkedapi_async._types import Json
from linkedapi_async.webhooks._base import event_types

__all__ = [
    "TEST",
    "PayloadMode",
    "Webhook",
    "flaw",
    "is_local",
    "selectors",
    "stamp",
]

TEST: Final = "webhook.test"
"""The event that no selector names and that always comes."""
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]+")


class PayloadMode(StrEnum):
    """How much an event holds."""

    FAT = "fat"
    """The outcome of a workflow, too."""
    THIN = "thin"


def selectors() -> tuple[str, ...]:
    """Return what a subscription can be narrowed to: each type of event, and groups of them."""
    types = tuple(one for one in event_types() if one != TEST)
    return *types, *dict.fromkeys(f"{one.partition('.')[0]}.*" for one in types)


def stamp(moment: datetime) -> str:
    """Return a moment as the Admin API and webhooks write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_local(host: str) -> bool:
    """Return whether a host is the machine the sandbox runs on."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def flaw(
    *,
    url: str | None = None,
    headers: Mapping[str, str] | None = None,
    events: Sequence[str] | None = None,
) -> str | None:
    """Return why the service would refuse what is given, `None` when it would not."""
    problem = None if url is None else _url_flaw(url)
    if problem is not None:
        return f"url: {problem}"
    for name, value in (headers or {}).items():
        if not _HEADER_NAME.fullmatch(name):
            return f"headers: {name!r} is no name"
        if not _HEADER_VALUE.fullmatch(value):
            return f"headers: the value of {name} is empty or cannot be sent"
    unknown = [one for one in events or () if one not in selectors()]
    return f"events: {unknown[0]!r} selects nothing" if unknown else None


def _url_flaw(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if not host or parts.scheme not in {"http", "https"}:
        return "it is no HTTPS address"
    if is_local(host):
        return None
    if parts.scheme == "http":
        return "it is no HTTPS address"
    try:
        is_public = ip_address(host).is_global
    except ValueError:
        return None
    return None if is_public else "its IP address is private"


@attrs.define(eq=False)
class Webhook:
    """A registered webhook.

    Attributes:
        webhook_id: Its id.
        url: Where deliveries go.
        created_at: When it was registered.
        payload_mode: How much they hold.
        is_signed: Whether they are signed.
        events: Selectors of what is delivered, `None` for everything.
        is_active: Whether it has not been deleted.
        headers: Extra header fields; names differ by more than case.
        secret: What deliveries are signed with, while they are.
    """

    webhook_id: str
    url: str
    created_at: datetime
    _new_secret: Callable[[], str] = attrs.field(repr=False, alias="new_secret")
    payload_mode: PayloadMode = PayloadMode.FAT
    is_signed: bool = False
    events: tuple[str, ...] | None = None
    is_active: bool = True
    headers: dict[str, str] = attrs.field(init=False, factory=dict[str, str], repr=False)
    secret: str = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.rotate()

    def wants(self, event_type: str) -> bool:
        """Return whether an event of this type is to be delivered."""
        group = f"{event_type.partition('.')[0]}.*"
        return (
            self.events is None
            or event_type == TEST
            or event_type in self.events
            or group in self.events
        )

    def set_header(self, name: str, value: str) -> None:
        """Send a header field along, in place of one of that name in whatever case."""
        self.delete_header(name)
        self.headers[name] = value

    def set_headers(self, headers: Mapping[str, str]) -> None:
        """Send these header fields along and no others."""
        self.headers.clear()
        for name, value in headers.items():
            self.set_header(name, value)

    def delete_header(self, name: str) -> None:
        """Send a header field along no more, whatever the case of its name."""
        for known in [one for one in self.headers if one.lower() == name.lower()]:
            del self.headers[known]

    def rotate(self) -> None:
        """Replace the secret; the old one proves nothing any more."""
        self.secret = self._new_secret()

    def told(self, *, with_secret: bool = False) -> dict[str, Json]:
        """Return it as the Admin API writes it; header values never leave."""
        told: dict[str, Json] = {
            "id": self.webhook_id,
            "url": self.url,
            "payloadMode": self.payload_mode.value,
            "isActive": self.is_active,
            "signingEnabled": self.is_signed,
            "headerNames": list(self.headers),
            "events": None if self.events is None else list(self.events),
            "createdAt": stamp(self.created_at),
        }
        return told | {"secret": self.secret} if with_secret else told
