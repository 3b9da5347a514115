"""What a ledger keeps of a call, and which change may follow which."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from linkedapi_async._types import WorkflowId

__all__ = ["PREDECESSORS", "VERSION", "Change", "Intent", "Row", "State"]

VERSION: Final = 1
"""Of the form rows are stored in; a ledger of another version is refused."""


class State(StrEnum):
    """How far a call has come, as far as was written down."""

    SENDING = "sending"
    """Its start was about to be sent. If nobody works on it any more, it is uncertain."""
    UNCERTAIN = "uncertain"
    """Its start may have been accepted: no reply told."""
    REFUSED = "refused"
    """It is proved not to run, or only reads, and may be sent again."""
    ACCEPTED = "accepted"
    """The service has named the workflow; its end is not known."""
    DONE = "done"
    """Its workflow completed; actions in it may have failed."""
    FAILED = "failed"
    """Its workflow ended in an error, or is given up as one that ran."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come."""
        return self in {State.DONE, State.FAILED}


PREDECESSORS: Final[Mapping[State, frozenset[State]]] = {
    State.UNCERTAIN: frozenset({State.SENDING, State.UNCERTAIN}),
    State.REFUSED: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.SENDING, State.UNCERTAIN}),
    State.DONE: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
    State.FAILED: frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED}),
}
"""The states that a `Change` to another may find; it does nothing to a row in any other."""


@attrs.frozen(kw_only=True)
class Intent:
    """What somebody is about to send.

    A store lets it be sent (:attr:`State.SENDING`) where the key is new, the row is refused, or the
    row carries the same mark and is not final; never where the row's payload is another.

    Attributes:
        key: Names the call in the ledger.
        account: Alias of the account.
        operation: Official name of the operation.
        payload: Digest of account, operation and workflow.
        mark: Random; tells this attempt from every other one for the same key.
    """

    key: str
    account: str
    operation: str
    payload: str
    mark: str


@attrs.frozen(kw_only=True)
class Row:
    """What is remembered of one call. No token is in it, and no payload: only a digest of that.

    Attributes:
        key: Names the call.
        account: Alias of the account.
        operation: Official name of the operation.
        payload: Digest of account, operation and workflow.
        state: How far it has come.
        mark: The attempt that was last about to be sent.
        owner: Who that was: a run of a process.
        sent_at: When that was.
        ended_at: By when it had ended; `None` where it has not, or nobody can say.
        workflow_id: The workflow, once it was named.
        outcome: What became of it, for `read_outcome`; `None` while nothing is known.
    """

    key: str
    account: str
    operation: str
    payload: str
    state: State
    mark: str
    owner: str
    sent_at: datetime
    ended_at: datetime | None = None
    workflow_id: WorkflowId | None = None
    outcome: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Change:
    """What was learned of an attempt.

    Attributes:
        key: Names the call.
        mark: The attempt; the row of a later one is left alone.
        state: What the row becomes, from one of the states that `PREDECESSORS` names.
        ended_at: When it was learned, where the state is final.
        workflow_id: The workflow; `None` leaves what is known.
        outcome: What became of it, from `write_proof` or `write_error`.
        was: The state that the row has to be in still, where the change rests on having seen it.
        is_patient: Whether it may wait a moment, to be stored together with others: losing it would
            cost a request, and nothing else.
    """

    key: str
    mark: str
    state: State
    ended_at: datetime | None = None
    workflow_id: WorkflowId | None = None
    outcome: str | None = attrs.field(default=None, repr=False)
    was: State | None = None
    is_patient: bool = False
