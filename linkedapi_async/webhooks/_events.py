"""Every event type, one class each, in the groups that a subscription can be narrowed to.

A class is named after its type (`inbox.messageSent` is `InboxMessageSent`), but for
`WorkflowRunning`: the client itself announces a `WorkflowStarted`, when the service took a
workflow, and this one comes later. Fields are named as on the wire, in snake_case.
"""

from datetime import datetime
from typing import Final

import attrs

from linkedapi_async._messages import State
from linkedapi_async._types import Json, WorkflowId
from linkedapi_async.models._times import moment

from ._base import WebhookEvent, event

__all__ = [
    "AccountActive",
    "AccountDeleted",
    "AccountEvent",
    "AccountFrozen",
    "AccountReconnectionRequired",
    "InboxEvent",
    "InboxMessageReceived",
    "InboxMessageSent",
    "NetworkConnectionAccepted",
    "NetworkConnectionAdded",
    "NetworkConnectionRequestReceived",
    "NetworkEvent",
    "WebhookTest",
    "WorkflowCompleted",
    "WorkflowCreated",
    "WorkflowEvent",
    "WorkflowRunning",
]

_STATES: Final = {str(state): state for state in State}


# ── Workflows ───────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(kw_only=True)
class WorkflowEvent(WebhookEvent):
    """A workflow came a step further; one that was cancelled sends nothing more.

    Attributes:
        workflow_id: The workflow; attach to it to read its result.
        account_id: The account, as the Admin API names it.
        status: How far it is. Known: `pending`, `running`, `completed`, `failed`.
    """

    workflow_id: WorkflowId | None = None
    account_id: str | None = None
    status: str | None = None

    @property
    def state(self) -> State:
        """`status` as one of the states a poll tells; unknown where it is none of them."""
        return _STATES.get(self.status or "", State.UNKNOWN)


@event("workflow.created")
@attrs.frozen(kw_only=True)
class WorkflowCreated(WorkflowEvent):
    """The service took a workflow and queued it."""


@event("workflow.started")
@attrs.frozen(kw_only=True)
class WorkflowRunning(WorkflowEvent):
    """A workflow left the queue and runs (`workflow.started`)."""


@event("workflow.completed")
@attrs.frozen(kw_only=True)
class WorkflowCompleted(WorkflowEvent):
    """A workflow ended: well with `status` `completed`, badly with `failed`.

    Attributes:
        result: The outcome as sent; `None` in the `thin` payload mode. Its form is not documented:
            `progress_of` reads it where it can be read.
    """

    result: Json = attrs.field(default=None, repr=False, hash=False)


# ── Accounts ────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(kw_only=True)
class AccountEvent(WebhookEvent):
    """An account changed its state.

    Attributes:
        account_id: The account, as the Admin API names it.
        status: What it is now. Known: `active`, `reconnection_required`, `frozen`, `deleted`.
    """

    account_id: str | None = None
    status: str | None = None


@event("account.active")
@attrs.frozen(kw_only=True)
class AccountActive(AccountEvent):
    """An account can be used, for the first time or again."""


@event("account.reconnectionRequired")
@attrs.frozen(kw_only=True)
class AccountReconnectionRequired(AccountEvent):
    """An account was signed out; its owner has to sign in again."""


@event("account.frozen")
@attrs.frozen(kw_only=True)
class AccountFrozen(AccountEvent):
    """An account lost its seat: the subscription was downgraded or ended."""


@event("account.deleted")
@attrs.frozen(kw_only=True)
class AccountDeleted(AccountEvent):
    """An account was disconnected for good."""


# ── Messages ────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(kw_only=True)
class InboxEvent(WebhookEvent):
    """A message passed through an inbox that a workflow put under watch.

    Attributes:
        account_id: The account, as the Admin API names it.
        type: Where it was written. Known: `st` (LinkedIn itself), `nv` (Sales Navigator).
        thread_id: The conversation it belongs to.
        person_urn: URN of the other person.
        person_hashed_url: Hashed address of the other person.
        person_public_url: Public address of the other person.
        person_url: Deprecated by the service; use `person_hashed_url`.
        message_id: The message.
        sender: Who wrote it. Known: `us`, `them`.
        text: What was written.
        time: When it was written, as sent.

    Source: pypi:linkedapi==1.4.7 types/webhooks.py
    """

    account_id: str | None = None
    type: str | None = None
    thread_id: str | None = None
    person_urn: str | None = None
    person_hashed_url: str | None = None
    person_public_url: str | None = None
    person_url: str | None = None
    message_id: str | None = None
    sender: str | None = None
    text: str | None = None
    time: str | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@event("inbox.messageReceived")
@attrs.frozen(kw_only=True)
class InboxMessageReceived(InboxEvent):
    """Somebody wrote to the account."""


@event("inbox.messageSent")
@attrs.frozen(kw_only=True)
class InboxMessageSent(InboxEvent):
    """The account wrote to somebody, by a workflow or by hand."""


# ── Network ─────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen(kw_only=True)
class NetworkEvent(WebhookEvent):
    """A change among the connections that a workflow put under watch.

    Attributes:
        account_id: The account, as the Admin API names it.
        person_urn: URN of the other person.
        person_url: Address of the other person.
        detected_at: When it was noticed, as sent.

    Source: pypi:linkedapi==1.4.7 types/webhooks.py
    """

    account_id: str | None = None
    person_urn: str | None = None
    person_url: str | None = None
    detected_at: str | None = None

    @property
    def detected_at_time(self) -> datetime | None:
        """`detected_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.detected_at)


@event("network.connectionAccepted")
@attrs.frozen(kw_only=True)
class NetworkConnectionAccepted(NetworkEvent):
    """Somebody accepted the account's request."""


@event("network.connectionAdded")
@attrs.frozen(kw_only=True)
class NetworkConnectionAdded(NetworkEvent):
    """The account has a new connection."""


@event("network.connectionRequestReceived")
@attrs.frozen(kw_only=True)
class NetworkConnectionRequestReceived(NetworkEvent):
    """Somebody asked the account to connect."""


# ── The webhook itself ──────────────────────────────────────────────────────────────────────────


@event("webhook.test")
@attrs.frozen(kw_only=True)
class WebhookTest(WebhookEvent):
    """A delivery that somebody asked for, to see whether it arrives.

    Attributes:
        message: The service's text.
    """

    message: str | None = None
