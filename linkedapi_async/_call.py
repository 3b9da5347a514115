"""One call over all its attempts, and the mark that keeps nested retries from multiplying."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import attrs

from ._bookkeeping import Fence
from ._messages import Purpose
from ._types import WorkflowId
from .policy import Policy

__all__ = ["Call", "single_attempt"]

_INSIDE_RETRY: ContextVar[bool] = ContextVar("linkedapi_inside_retry", default=False)


@contextmanager
def single_attempt() -> Generator[None]:
    """Mark everything inside as somebody else's attempt, so that retries do not multiply.

    Wrap your own retry loop's body in it (a task queue, tenacity): each call then sends its request
    once and leaves repeating to you. Calls this library makes while it retries are marked already.
    """
    mark = _INSIDE_RETRY.set(True)
    try:
        yield
    finally:
        _INSIDE_RETRY.reset(mark)


@attrs.define(kw_only=True)
class Call:
    """One thing a caller waits for, over all its attempts.

    Attributes:
        purpose: What its requests are for.
        operation: Name of the operation, as `fetchPerson`.
        account: Alias or fingerprint of the account.
        reads_only: Whether repeating it can do nothing twice.
        policy: Whose numbers count.
        started_at: Monotonic seconds.
        deadline_at: Monotonic seconds; `None` is for ever.
        workflow_id: The workflow concerned, once it is known.
        attempts: Requests sent so far.
        unsent: Those of them that are proved not to have left.
        sent_at: When the last of them was sent, in monotonic seconds.
        is_nested: Whether somebody outside repeats this call already.
        has_renewed: Whether the application was asked for another token already.
        is_query: Whether it asks one thing without a workflow, so that its answer disproves
            whatever stopped the same question before.
        is_doubtful: Whether a start was cut off when nobody could say any more what came of it.
        trail: An observer's own notes.
        is_laned: Whether a queue stands behind this start. The queue then decides, and tells, what
            becomes of a lost start, and of one refused for what stops its whole account.
        fence: What each of its starts passes, where somebody writes them down.
    """

    purpose: Purpose
    operation: str = ""
    account: str
    reads_only: bool
    policy: Policy
    started_at: float
    deadline_at: float | None
    workflow_id: WorkflowId | None = None
    attempts: int = 0
    unsent: int = 0
    sent_at: float = 0.0
    is_nested: bool = attrs.field(factory=_INSIDE_RETRY.get)
    has_renewed: bool = False
    is_query: bool = False
    is_doubtful: bool = False
    trail: object = None
    is_laned: bool = False
    fence: Fence | None = None

    def waits(self) -> "Call":
        """Return the record of the wait that follows a start, with the same deadline."""
        return Call(
            purpose=Purpose.POLL,
            operation=self.operation,
            account=self.account,
            reads_only=self.reads_only,
            policy=self.policy,
            started_at=self.started_at,
            deadline_at=self.deadline_at,
            workflow_id=self.workflow_id,
            is_nested=self.is_nested,
            trail=self.trail,
        )
