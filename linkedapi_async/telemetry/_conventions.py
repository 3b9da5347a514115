"""The names in use: OpenTelemetry's where it has one, else our own under `linkedapi.`.

Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and, for workflows,
https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/, both at version 1.44.
"""

from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from linkedapi_async._messages import Request
from linkedapi_async._types import Secret, WorkflowId
from linkedapi_async.errors import LinkedApiError, find
from linkedapi_async.events import Event

__all__ = [
    "Attributes",
    "error_type",
    "event_details",
    "event_labels",
    "known",
    "message_attributes",
    "message_id",
    "request_attributes",
    "scrubbed_url",
    "server_attributes",
]

Attributes: TypeAlias = dict[str, str | int | float | bool]

SCHEMA_URL: Final = "https://opentelemetry.io/schemas/1.44.0"

ERROR_TYPE: Final = "error.type"
RESENDS: Final = "http.request.resend_count"
STATUS: Final = "http.response.status_code"
URL: Final = "url.full"
MESSAGE_ID: Final = "messaging.message.id"
DESTINATION: Final = "messaging.destination.name"
ACCOUNT: Final = "linkedapi.account"
ATTEMPTS: Final = "linkedapi.attempts"
POLLS: Final = "linkedapi.polls"
STATE: Final = "linkedapi.state"
SUCCEEDED: Final = "linkedapi.succeeded"

_SYSTEM: Final = "linkedapi"
_OTHER: Final = "_OTHER"
_PORTS: Final = {"http": 80, "https": 443}
_LABELS: Final = {
    "disposition": "linkedapi.disposition",
    "kind": "linkedapi.kind",
    "operation": DESTINATION,
    "purpose": "linkedapi.purpose",
    "scope": "linkedapi.scope",
    "succeeded": SUCCEEDED,
}
_DETAILS: Final = {
    "attempt": "linkedapi.attempt",
    "attempts": ATTEMPTS,
    "certainty": "linkedapi.certainty",
    "delay": "linkedapi.delay",
    "elapsed": "linkedapi.elapsed",
    "lasted": "linkedapi.lasted",
    "opens_in": "linkedapi.opens_in",
}


def server_attributes(base_url: str) -> Attributes:
    """Return where the service is; nothing else of its address."""
    parts = urlsplit(base_url)
    return {
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS[parts.scheme],
    }


def request_attributes(request: Request, server: Attributes) -> Attributes:
    """Return what identifies a kind of request, the same for all its repetitions."""
    return {
        **server,
        "http.request.method": request.method,
        "url.template": request.template,
    }


def scrubbed_url(base_url: str, template: str) -> str:
    """Return the address of a request without what only this one has in it."""
    parts = urlsplit(base_url)
    host = parts.netloc.rpartition("@")[2]
    path = "/".join("REDACTED" if part[:1] == "{" else part for part in template.split("/"))
    return f"{parts.scheme}://{host}{path}"


def message_attributes(operation_type: str, operation: str, server: Attributes) -> Attributes:
    """Return what identifies a kind of step with workflows of one operation."""
    return {
        **server,
        "messaging.system": _SYSTEM,
        "messaging.operation.name": operation_type,
        "messaging.operation.type": operation_type,
        DESTINATION: operation,
    }


def message_id(workflow_id: WorkflowId) -> str:
    """Return a workflow's id; of a result link, which is an address, a fingerprint."""
    return Secret(workflow_id).fingerprint if "://" in workflow_id else workflow_id


def known(code: str) -> str:
    """Return an error's code if the catalogue has it: words of the service are without number."""
    return _OTHER if find(code) is None else code


def error_type(error: BaseException) -> str:
    """Return what to call an exception."""
    if isinstance(error, LinkedApiError):
        return known(error.code)
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}"


def event_labels(event: Event) -> Attributes:
    """Return what tells kinds of an event apart; words of the service's and hints stay out."""
    labels: Attributes = {}
    code = getattr(event, "code", None)
    if isinstance(code, str):
        labels[ERROR_TYPE] = known(code)
    return labels | _picked(event, _LABELS)


def event_details(event: Event) -> Attributes:
    """Return what is particular to an event, numbers above all."""
    return _picked(event, _DETAILS)


def _picked(event: Event, names: dict[str, str]) -> Attributes:
    found: Attributes = {}
    for field, name in names.items():
        value: object = getattr(event, field, None)
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, (str, int, float)):
            found[name] = value
    return found
