"""What the sandbox saw and did, as it happened: the judge of every test.

Tests read this and not the client's story. Tokens never get in: accounts stand here by alias.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias, TypeVar, overload

import attrs

from linkedapi_async._types import Effect, Json, JsonObject

__all__ = [
    "ActionExecuted",
    "ConnectionOpened",
    "DeliveryAttempted",
    "DeliveryEnded",
    "Log",
    "Record",
    "ReplySent",
    "RequestReceived",
    "WorkflowAccepted",
    "WorkflowCancelled",
    "WorkflowCompleted",
    "WorkflowFailed",
    "WorkflowStarted",
]

R = TypeVar("R")


@attrs.frozen(kw_only=True)
class ConnectionOpened:
    """A client connected.

    Attributes:
        at: Seconds on the sandbox's clock.
        connection: Its number, from 1.
    """

    at: float
    connection: int


@attrs.frozen(kw_only=True)
class RequestReceived:
    """A request, as far as it was read.

    Attributes:
        at: Seconds on the sandbox's clock.
        number: Counts requests over all connections, from 1.
        connection: Number of the connection it came on.
        method: HTTP method; empty when the connection broke within the head.
        path: Path and query; empty likewise.
        wire: `linked_api`, `linked_api_v3`, `account_api`; `None` when no wire has this path.
        purpose: `start`, `poll`, `cancel`, `account`, `direct` for what else needs no workflow,
            `admin`, `site`, or `other` for what nobody serves.
        account: Alias behind the identification token, `None` when it names nobody.
        size: Bytes read, head included. A fault that cuts after n bytes leaves n here.
        is_complete: Whether all of it arrived. What is incomplete was never run.
        body: The decoded JSON; a string when it is none; `None` without a body.
        workflow_id: The id in the path of a poll or cancel.
        admin_method: What an admin request asks for, such as `webhook.set`.
        fault: What was injected into this request, `None` for nothing.
    """

    at: float
    number: int
    connection: int
    method: str
    path: str
    wire: str | None
    purpose: str
    account: str | None
    size: int
    is_complete: bool
    body: Json = attrs.field(default=None, repr=False)
    workflow_id: str | None = None
    admin_method: str | None = None
    fault: str | None = None


@attrs.frozen(kw_only=True)
class ReplySent:
    """A reply, as far as it was written.

    Attributes:
        at: Seconds on the sandbox's clock.
        request: Number of the request it answers; 0 for bytes that were no HTTP request.
        connection: Number of the connection.
        status: HTTP status of the reply, whether or not its first line got out.
        size: Bytes handed to the socket, head included.
        is_complete: Whether that was all of it.
        error: The error word it carries, `None` for none.
        fault: What was injected, `None` for nothing.
    """

    at: float
    request: int
    connection: int
    status: int
    size: int
    is_complete: bool
    error: str | None = None
    fault: str | None = None


@attrs.frozen(kw_only=True)
class WorkflowAccepted:
    """A start that passed every check and will run.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: As a poll names it; the hash of the result link on the Account API.
        account: Alias of the account whose queue it joined.
        wire: The wire it was posted on.
        document: The posted tree.
        request: Number of the request that posted it.
    """

    at: float
    workflow_id: str
    account: str
    wire: str
    document: Json = attrs.field(repr=False)
    request: int


@attrs.frozen(kw_only=True)
class WorkflowStarted:
    """A workflow whose turn came.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: Its id.
        account: Alias of its account.
    """

    at: float
    workflow_id: str
    account: str


@attrs.frozen(kw_only=True)
class WorkflowCompleted:
    """A workflow processed to its end; its actions may have failed.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: Its id.
        account: Alias of its account.
        completion: The report tree.
    """

    at: float
    workflow_id: str
    account: str
    completion: Json = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class WorkflowFailed:
    """A workflow given up as a whole.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: Its id.
        account: Alias of its account.
        reason: The error word a poll gives as `failure.reason`.
    """

    at: float
    workflow_id: str
    account: str
    reason: str


@attrs.frozen(kw_only=True)
class WorkflowCancelled:
    """A workflow stopped by a DELETE, or by the closing sandbox.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: Its id.
        account: Alias of its account.
    """

    at: float
    workflow_id: str
    account: str


@attrs.frozen(kw_only=True)
class ActionExecuted:
    """One action that was carried out, or failed in the attempt.

    Attributes:
        at: Seconds on the sandbox's clock.
        workflow_id: The workflow it belongs to.
        account: Alias of its account.
        action_type: Wire name.
        effect: Whether actions of this type change anything on LinkedIn.
        params: Its parameters, without `actionType`, `label` and `then`.
        outcome: `success`, or the error type it reports.
        label: Its label, `None` without one.
        is_repeated: Whether it succeeded because what it asks for was there already.
    """

    at: float
    workflow_id: str
    account: str
    action_type: str
    effect: Effect
    params: JsonObject
    outcome: str
    label: str | None = None
    is_repeated: bool = False


@attrs.frozen(kw_only=True)
class DeliveryAttempted:
    """An event that was sent to the webhook, or was meant to be.

    Attributes:
        at: Seconds on the sandbox's clock, when the attempt was over.
        delivery_id: As `webhook.deliveries` lists it; empty for a forgery, which is not listed.
        event_id: Id within the event, the same at each attempt.
        event_type: Such as `workflow.completed`.
        attempt: Counts the attempts of a delivery, from 1.
        status: HTTP status of the answer, `None` without one.
        error: Why there was no answer, `None` for no such reason.
        fault: `lost` for an event that was not sent at all, `doubled` for one sent a second time,
            `forged: …` for one that is none; `None` for nothing.
    """

    at: float
    delivery_id: str
    event_id: str
    event_type: str
    attempt: int
    status: int | None
    error: str | None = None
    fault: str | None = None


@attrs.frozen(kw_only=True)
class DeliveryEnded:
    """A delivery that will not be attempted again.

    Attributes:
        at: Seconds on the sandbox's clock.
        delivery_id: As `webhook.deliveries` lists it.
        event_id: Id within the event.
        event_type: Such as `workflow.completed`.
        attempts: How often it was attempted.
        status: `success` or `failed`, as the service has it: what was lost counts as a success.
    """

    at: float
    delivery_id: str
    event_id: str
    event_type: str
    attempts: int
    status: str


Record: TypeAlias = (
    ConnectionOpened
    | RequestReceived
    | ReplySent
    | WorkflowAccepted
    | WorkflowStarted
    | WorkflowCompleted
    | WorkflowFailed
    | WorkflowCancelled
    | ActionExecuted
    | DeliveryAttempted
    | DeliveryEnded
)


class Log(Sequence[Record]):
    """Everything in the order it happened, with the questions tests ask of it."""

    def __init__(self) -> None:
        self._records: list[Record] = []

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return self._records[index]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        counts = Counter(type(record).__name__ for record in self._records)
        return f"Log({', '.join(f'{name}={count}' for name, count in counts.items())})"

    def append(self, record: Record) -> None:
        """Add what just happened; the sandbox alone has reason to."""
        self._records.append(record)

    def clear(self) -> None:
        """Forget everything so far: measure from here."""
        self._records.clear()

    def requests(
        self, purpose: str | None = None, account: str | None = None
    ) -> tuple[RequestReceived, ...]:
        """Return requests, incomplete ones included.

        Args:
            purpose: Only these: `start`, `poll`, `cancel`, `account`, `direct`, `admin`, `site`,
                `other`.
            account: Only those that carried this account's identification token.
        """
        return tuple(
            record
            for record in self._of(RequestReceived)
            if purpose in {None, record.purpose} and account in {None, record.account}
        )

    def replies(self) -> tuple[ReplySent, ...]:
        """Return replies, broken ones included; one per request that was not cut before it."""
        return self._of(ReplySent)

    def workflows(self, account: str | None = None) -> tuple[WorkflowAccepted, ...]:
        """Return the workflows that were accepted, in order of arrival."""
        return tuple(
            record for record in self._of(WorkflowAccepted) if account in {None, record.account}
        )

    def actions(self, action_type: str | None = None) -> tuple[ActionExecuted, ...]:
        """Return the actions that were executed, failed ones included."""
        return tuple(
            record
            for record in self._of(ActionExecuted)
            if action_type in {None, record.action_type}
        )

    def effects(self, action_type: str | None = None) -> tuple[ActionExecuted, ...]:
        """Return the writes that took effect: a message sent twice is found here twice."""
        return tuple(
            record
            for record in self.actions(action_type)
            if record.effect is Effect.WRITE
            and record.outcome == "success"
            and not record.is_repeated
        )

    def deliveries(self, event_type: str | None = None) -> tuple[DeliveryAttempted, ...]:
        """Return the attempts to deliver an event, forgeries and what was lost included.

        Args:
            event_type: Only these, such as `workflow.completed`.
        """
        return tuple(
            record
            for record in self._of(DeliveryAttempted)
            if event_type in {None, record.event_type}
        )

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len(self._of(ConnectionOpened))

    def max_overlap(self, account: str | None = None) -> int:
        """Return how many workflows of one account ever ran at once: never more than 1.

        Args:
            account: The account to look at; `None` gives the worst of all.
        """
        running: Counter[str] = Counter()
        started: set[str] = set()
        worst = 0
        for record in self._records:
            match record:
                case WorkflowStarted() if account in {None, record.account}:
                    started.add(record.workflow_id)
                    running[record.account] += 1
                    worst = max(worst, running[record.account])
                case WorkflowCompleted() | WorkflowFailed() | WorkflowCancelled() if (
                    record.workflow_id in started
                ):
                    started.discard(record.workflow_id)
                    running[record.account] -= 1
                case _:
                    pass
        return worst

    def _of(self, kind: type[R]) -> tuple[R, ...]:
        return tuple(record for record in self._records if isinstance(record, kind))
