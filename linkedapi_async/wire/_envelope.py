"""What all generations share: JSON bodies, error envelopes, and what a refusal proves."""

import json
from typing import Final, cast

import msgspec

from linkedapi_async._messages import Refusal, Reply, State
from linkedapi_async._types import Certainty, Json, JsonObject, Plane
from linkedapi_async.errors import InvalidWorkflowLocally, find

from ._retry_after import read_retry_after

__all__ = ["as_object", "as_text", "encode", "failure_of", "read_body", "refuse", "state_of"]

_EXCERPT: Final = 120
_HTTP_ERROR: Final = 400
_BOM: Final = b"\xef\xbb\xbf"
_COMPACT: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_REDIRECT: Final = range(300, 400)
_CLIENT_FAULT: Final = range(400, 500)

_STATES: Final = {
    "pending": State.PENDING,
    "running": State.RUNNING,
    "processing": State.RUNNING,
    "completed": State.COMPLETED,
    "complete": State.COMPLETED,
    "failed": State.FAILED,
    "error": State.FAILED,
}


def encode(body: Json) -> bytes:
    """Return compact JSON bytes.

    Raises:
        InvalidWorkflowLocally: The tree holds something that JSON cannot carry.
    """
    try:
        return _COMPACT.encode(body).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        msg = f"The workflow holds a value that JSON cannot carry: {exc}"
        raise InvalidWorkflowLocally(msg) from None


def as_object(value: Json) -> JsonObject:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_text(value: Json) -> str | None:
    """Return the value if it is text with something in it, and none that UTF-8 cannot carry."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() or _is_encodable(value) else None


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def state_of(word: Json) -> State:
    """Return the state a status word of any generation means."""
    return _STATES.get(word, State.UNKNOWN) if isinstance(word, str) else State.UNKNOWN


def read_body(reply: Reply, *, trusts_type: bool) -> JsonObject | Refusal:
    """Return the envelope of a reply that claims success, else the refusal in it.

    An error is recognised by its body first and its status second, as official clients do.

    Args:
        reply: What came.
        trusts_type: A known error type proves that nothing runs, whatever the HTTP status.
    """
    if reply.status in _REDIRECT:
        target = reply.headers.get("Location", "an address it does not name")
        return refuse(
            reply, "redirectRefused", f"HTTP {reply.status} redirects to {target.split('?')[0]}"
        )
    body = _decode(reply.body.removeprefix(_BOM))
    if not isinstance(body, dict):
        return _no_envelope(reply, body)
    error = body.get("error")
    if isinstance(error, dict):
        return _from_error(reply, error, trusts_type=trusts_type)
    if reply.status >= _HTTP_ERROR:
        return refuse(reply, "httpError", f"HTTP {reply.status}: {_excerpt(reply)}")
    if body.get("success") is False:
        return refuse(reply, "unknownError", f"Refused without an error type: {_excerpt(reply)}")
    return body


def _decode(body: bytes) -> Json:
    """Return what the bytes hold, `None` where they are no JSON."""
    try:
        return cast("Json", msgspec.json.decode(body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # it takes less than `json`: no halves of surrogate pairs, no NaN
    try:
        return cast("Json", json.loads(body.decode()))
    except (ValueError, RecursionError):
        return None


def refuse(
    reply: Reply,
    code: str,
    message: str,
    *,
    is_envelope: bool = False,
    trusts_type: bool = False,
    certainty: Certainty | None = None,
) -> Refusal:
    """Return the refusal a reply amounts to, with what it proves about the request."""
    if certainty is None:
        row = find(code) if is_envelope and trusts_type else None
        is_proof = row is not None and row.plane is Plane.REQUEST
        is_rejected = is_proof or reply.status in _CLIENT_FAULT
        certainty = Certainty.REJECTED if is_rejected else Certainty.MAYBE_ACCEPTED
    return Refusal(
        code=code,
        message=message,
        certainty=certainty,
        status=reply.status,
        retry_after=read_retry_after(reply.headers, reply.received_at),
        is_envelope=is_envelope,
    )


def failure_of(value: Json, *, word: str) -> Refusal:
    """Return why a workflow failed, from its `failure` or `error` object.

    Args:
        value: The object, however incomplete.
        word: The key its type stands under: `reason` or `type`.
    """
    facts = as_object(value)
    code = as_text(facts.get(word)) or as_text(facts.get("errorType"))
    return Refusal(
        code=code or "unknownError",
        message=as_text(facts.get("message")) or "The workflow failed without a message.",
        certainty=Certainty.ACCEPTED,
        is_envelope=code is not None,
    )


def _from_error(reply: Reply, error: JsonObject, *, trusts_type: bool) -> Refusal:
    code = as_text(error.get("type")) or as_text(error.get("errorType"))
    message = as_text(error.get("message")) or "The service gave no message."
    if code is None:
        code = "httpError" if reply.status >= _HTTP_ERROR else "unknownError"
        return refuse(reply, code, f"HTTP {reply.status} with an error of no type: {message}")
    return refuse(reply, code, message, is_envelope=True, trusts_type=trusts_type)


def _no_envelope(reply: Reply, body: Json) -> Refusal:
    if reply.status >= _HTTP_ERROR:
        return refuse(reply, "httpError", f"HTTP {reply.status}: {_excerpt(reply)}")
    seen = "is empty" if not reply.body else f"is no JSON object: {_excerpt(reply)}"
    if isinstance(body, list):
        seen = "is a JSON array"
    return refuse(reply, "undecodableReply", f"The body of HTTP {reply.status} {seen}")


def _excerpt(reply: Reply) -> str:
    text = " ".join(reply.body[: 4 * _EXCERPT].decode("utf-8", "replace").split())
    if not text:
        return "no body"
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
