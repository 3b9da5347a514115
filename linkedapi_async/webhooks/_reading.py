"""Deliveries to events: strict about types, tolerant of what is new or left out.

A body that cannot be read is refused by `ProtocolError` alone, whatever its bytes are.
"""

import json
from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, Final, NoReturn

import attrs

from linkedapi_async._types import Certainty, Json, JsonObject
from linkedapi_async.errors import ProtocolError
from linkedapi_async.models._rules import camel

from ._base import UnknownEvent, WebhookEvent, event_types
from ._signature import Headers, Secrets, hide, verify

__all__ = ["parse", "read"]

_BOM: Final = b"\xef\xbb\xbf"
_WORDS: Final[Mapping[type, str]] = {dict: "object", list: "array", NoneType: "null"}


def read(
    body: bytes, headers: Headers, *, secrets: Secrets, now: float, tolerance: float = 300.0
) -> WebhookEvent:
    """Return the event of a delivery that was signed with one of the secrets.

    Args:
        body: The body exactly as received.
        headers: All header fields of the request, so that a repeated one is seen.
        secrets: Several while a secret is being replaced: the service knows only one at a time.
        now: Unix seconds.
        tolerance: How many seconds the clocks may differ, either way.

    Raises:
        InvalidSignature: The delivery is not proved genuine; its `reason` says why.
        ProtocolError: It is genuine, and not of the documented form; the message names the place.
        ConfigurationError: A secret is empty or no text, there is none, or the tolerance is no
            finite number of seconds.
    """
    secrets = hide(secrets)
    verify(body, headers, secrets=secrets, now=now, tolerance=tolerance)
    return parse(body)


def parse(body: bytes) -> WebhookEvent:
    """Return the event in the body of a delivery, which nobody has proved genuine.

    Unknown types become `UnknownEvent`. Unknown fields stay in `data`, missing ones are `None`.

    Args:
        body: The body of the request, as received.

    Raises:
        ProtocolError: It is no JSON object, has no `id` or `type`, or a value is of another type
            than documented; the message names the place.
    """
    try:
        envelope: Json = json.loads(body.removeprefix(_BOM).decode())
    except (ValueError, RecursionError):
        _refuse("expected JSON in UTF-8 at body")
    if not isinstance(envelope, dict):
        _mismatch("object", "body", envelope)
    event_id, word = _text(envelope, "id"), _text(envelope, "type")
    if not event_id:  # with none, all such events would pass for repetitions of the first
        _refuse("expected a str with something in it at id")
    if word is None:
        _mismatch("str", "type", None)
    facts: dict[str, Any] = {"id": event_id, "created_at": _text(envelope, "createdAt")}
    data = envelope.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        _mismatch("object", "data", data)
    cls = event_types().get(word)
    if cls is None:
        return UnknownEvent(word=word, data=data, **facts)
    for name, wire, is_text in _fields(word):
        facts[name] = _text(data, wire, "data.") if is_text else data.get(wire)
    return cls(data=data, **facts)


@cache
def _fields(event_type: str) -> tuple[tuple[str, str, bool], ...]:
    """Return name, wire name and whether it is text of each field that `data` fills."""
    common = {field.name for field in attrs.fields(WebhookEvent)}
    return tuple(
        (field.name, camel(field.name), field.type is not Json)
        for field in attrs.fields(event_types()[event_type])
        if field.name not in common
    )


def _text(holder: JsonObject, key: str, path: str = "") -> str | None:
    value = holder.get(key)
    if value is not None and not isinstance(value, str):
        _mismatch("str", f"{path}{key}", value)
    return value


def _mismatch(expected: str, place: str, value: Json) -> NoReturn:
    got = _WORDS.get(type(value), type(value).__name__)
    _refuse(f"expected {expected} at {place}, got {got}")


def _refuse(message: str) -> NoReturn:
    raise ProtocolError(message, code="unreadableEvent", certainty=Certainty.NOT_SENT) from None
