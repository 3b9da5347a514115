"""What travels between the wires, the policy and the transport: plain frozen values."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from ._types import Certainty, Json, WorkflowId

__all__ = ["OUTSIDE_HOURS", "QUEUED", "Progress", "Purpose", "Refusal", "Reply", "Request", "State"]


class Purpose(StrEnum):
    """What a request is for; it decides what repeating it would mean."""

    START = "start"
    """Posts a workflow: repeated, it may run twice."""
    POLL = "poll"
    """Asks for news of a running workflow: the next scheduled poll is no retry."""
    DIRECT = "direct"
    """Asks something that is answered at once, outside any workflow."""
    CANCEL = "cancel"
    """Asks to stop a workflow: repeated, it changes nothing more."""
    FINISHED = "finished"
    """No request at all: a workflow ended in failure and could only be started anew."""


class State(StrEnum):
    """How far a workflow has come."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A word this version does not know; treated as still running."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self in _FINAL


OUTSIDE_HOURS = "outsideWorkingHours"
"""The reason a parked workflow is pending; as a refusal it is a row of the catalogue."""
QUEUED = "queued"
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_REDIRECT = 3
_FINAL = frozenset({State.COMPLETED, State.FAILED})


@attrs.frozen
class Request:
    """One HTTP request, without tokens and without a host.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Path below the base address, or an absolute address on its origin.
        body: JSON bytes; `None` sends no body.
        headers: Extra headers of this wire; the tokens are added by the transport.
        is_held: The reply may be held open until the workflow ends, so only the deadline bounds it.
        template: The path with its varying part named, as `/workflows/{workflow_id}`; the path
            itself, without its query, where nothing else varies.
    """

    method: str
    path: str
    body: bytes | None = attrs.field(default=None, repr=False)
    headers: Mapping[str, str] = _NONE
    is_held: bool = False
    template: str = attrs.field(
        default=attrs.Factory(lambda self: self.path.partition("?")[0], takes_self=True), eq=False
    )


@attrs.frozen
class Reply:
    """One HTTP reply, read to its end.

    Attributes:
        status: HTTP status code.
        headers: Header fields; look-ups must ignore case.
        body: The bytes as received, decompressed.
        received_at: Aware moment of arrival, where a date header has to be compared.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)
    received_at: datetime


@attrs.frozen
class Refusal:
    """A request that did not succeed, as a value: the policy decides what becomes of it.

    Attributes:
        code: The service's own word, or one of this library's (plane `client` of the catalogue).
        message: A sentence for people: what was seen, where.
        certainty: What the failure proves about the request.
        status: HTTP status, `None` when no reply was read.
        retry_after: Seconds the service asked to wait, `None` when it did not.
        is_envelope: Whether the code is the service's word, read from an error envelope.
        workflow_id: The workflow concerned, when it is known.
    """

    code: str
    message: str
    certainty: Certainty
    status: int | None = None
    retry_after: float | None = None
    is_envelope: bool = False
    workflow_id: WorkflowId | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the service may have done what was asked and only its answer is missing."""
        is_redirect = self.status is not None and self.status // 100 == _REDIRECT
        return self.certainty is Certainty.MAYBE_ACCEPTED and not is_redirect


@attrs.frozen
class Progress:
    """What a start or a poll tells about a workflow.

    Attributes:
        state: How far it is.
        workflow_id: Where to ask again; `None` when a reply came with the end itself.
        word: The service's own status word, kept for `State.UNKNOWN`.
        pending_reason: `queued`, `outsideWorkingHours`, a word unknown to us, or `None`.
        message: The service's display text.
        completion: The report tree, when completed.
        failure: Why it failed, when failed.
    """

    state: State
    workflow_id: WorkflowId | None = None
    word: str = ""
    pending_reason: str | None = None
    message: str | None = None
    completion: Json = attrs.field(default=None, repr=False)
    failure: Refusal | None = None

    @property
    def is_parked(self) -> bool:
        """Whether it waits for the account's working hours, which is no failure."""
        return self.pending_reason == OUTSIDE_HOURS
