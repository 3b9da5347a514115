"""Bodies as each generation writes them: status words, field names, texts."""

import json
from collections.abc import Mapping
from typing import Final

import attrs

from linkedapi_async._types import Json
from linkedapi_async.errors import find

from ._routes import Wire

__all__ = ["Answer", "dump", "refusal", "success", "text_for", "word_for"]

_UNDOCUMENTED: Final = {
    "workflowNotFound": "There is no workflow with this id.",
}


@attrs.frozen
class Answer:
    """A reply before it becomes HTTP.

    Attributes:
        body: The bytes.
        status: HTTP status.
        content_type: What the bytes are.
        headers: Extra header fields.
        error: The error word within, for the log.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    error: str | None = None


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dump(value: Json) -> bytes:
    """Return JSON as it goes over the wire."""
    return _ENCODER.encode(value).encode()


def word_for(wire: Wire | None, row: str) -> str:
    """Return what a generation calls the catalogue's row."""
    fault = find(row)
    return row if wire is None or fault is None else fault.word_on(wire)


def success(wire: Wire, result: Json) -> Answer:
    """Return what a request asked for; the Account API has no envelope around it."""
    if wire is Wire.ACCOUNT_API:
        return Answer(dump(result))
    return Answer(dump({"success": True, "result": result}))


def refusal(
    wire: Wire | None,
    word: str,
    *,
    message: str | None = None,
    details: str = "",
    status: int | None = None,
    is_legacy: bool = False,
) -> Answer:
    """Return an error envelope.

    Args:
        wire: The wire that was asked, `None` for an address of no wire.
        word: The error word, sent as it stands.
        message: The text; `None` takes the documented one.
        details: What the documented text leaves a place for.
        status: HTTP status; `None` takes the documented one on the current API, else 200.
        is_legacy: Name the word's field `errorType`.
    """
    row = find(word)
    documented = row.status if row is not None and wire is Wire.LINKED_API else None
    error = {
        "errorType" if is_legacy else "type": word,
        "message": text_for(wire, word, details) if message is None else message,
    }
    if wire is Wire.ACCOUNT_API:
        body: Json = {"status": "failed", "error": error}
    else:
        body = {"success": False, "error": error}
    return Answer(dump(body), status or documented or 200, error=word)


def text_for(wire: Wire | None, word: str, details: str = "") -> str:
    """Return what a generation says beside an error word.

    Args:
        wire: The generation, `None` for none in particular.
        word: The error word.
        details: What goes where the documented text leaves a place.
    """
    row = find(word)
    text = (
        (row.message_on(wire or "", word) if row is not None else None)
        or _UNDOCUMENTED.get(word)
        or f"The request was refused ({word})."
    )
    return text.replace("{details}", details.rstrip(".") or "no details")
