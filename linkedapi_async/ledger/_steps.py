"""What a row means for a call that is handed in."""

from typing import TypeAlias

import attrs

from linkedapi_async._types import WorkflowId

from ._rows import Intent, Row, State

__all__ = ["Answer", "Conflict", "Elsewhere", "Send", "Step", "Uncertain", "Wait", "next_step"]


@attrs.frozen
class Send:
    """It may be sent."""


@attrs.frozen
class Wait:
    """It was accepted: wait for its end.

    Attributes:
        workflow_id: The workflow.
    """

    workflow_id: WorkflowId


@attrs.frozen
class Answer:
    """Its outcome is known: see `read_outcome`."""


@attrs.frozen
class Elsewhere:
    """Somebody is sending it right now: look again in a moment."""


@attrs.frozen
class Uncertain:
    """It may have been sent, and nobody noted what came of it; it must not be sent again.

    Attributes:
        is_free: Whether sending it again can do nothing twice, as it only reads.
    """

    is_free: bool


@attrs.frozen
class Conflict:
    """The key stands for another call.

    Attributes:
        message: What differs.
    """

    message: str


Step: TypeAlias = Send | Wait | Answer | Elsewhere | Uncertain | Conflict
"""What to do about a call, in the light of its row."""


def next_step(row: Row | None, intent: Intent, *, reads_only: bool, is_alive: bool) -> Step:
    """Return what to do about a call.

    Args:
        row: What is remembered of it.
        intent: What is wanted now.
        reads_only: Whether repeating it can do nothing twice.
        is_alive: Whether whoever was about to send it last still works.
    """
    if row is not None and row.payload != intent.payload:
        return Conflict(_difference(row, intent))
    if row is None or row.state is State.REFUSED:
        return Send()
    if row.state is State.ACCEPTED and row.workflow_id is not None:
        return Wait(row.workflow_id)
    if row.state is State.SENDING and is_alive:
        return Elsewhere()
    if row.state in {State.SENDING, State.UNCERTAIN}:
        return Uncertain(is_free=reads_only)
    return Answer()


def _difference(row: Row, intent: Intent) -> str:
    was, now = (row.account, row.operation), (intent.account, intent.operation)
    other = f"for {was[0]!r} {was[1]}" if was != now else f"{was[1]} with other parameters"
    return f"The key {row.key!r} already stands for another call: {other}"
