"""A call whose turn has come: its start, its wait, and what becomes of its place."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import attrs

from linkedapi_async._bookkeeping import Withheld
from linkedapi_async._types import Certainty, Disposition, Scope
from linkedapi_async.errors import LinkedApiError, WorkflowTimeout
from linkedapi_async.events import Held, WorkflowAbandoned
from linkedapi_async.handles import WorkflowHandle
from linkedapi_async.operations._base import Result
from linkedapi_async.policy import OnUserAction
from linkedapi_async.quotas import costs_in

from ._desk import Desk
from ._lane import Entry

__all__ = ["carry_out"]

_LONGEST: Final = 86400.0
_LIMIT: Final = "limitExceeded"


async def carry_out(desk: Desk, entry: Entry) -> Result[Any] | None:
    """Return what a call brings; `None` where it has gone back to wait for another turn.

    Its place is free again once its workflow is over, however the call ends.

    Raises:
        LinkedApiError: The call ends in it; it was announced and counted.
        Withheld: It was not sent, as its fence wants.
        CancelledError: As asked.
    """
    lane = entry.lane
    try:
        handle = await lane.api.launch(entry.call.operation, entry.record, entry.request)
    except LinkedApiError as error:
        if _take_back(desk, entry, error):
            return None
        raise
    except Withheld:
        desk.forgo(entry)
        raise
    except BaseException:  # cancelled, as a rule
        _cut_off(desk, entry)
        raise
    desk.barriers.passed(lane, entry.record.sent_at)
    desk.looked(entry)
    entry.accepted()
    return await _wait(desk, entry, handle)


async def _wait(desk: Desk, entry: Entry, handle: WorkflowHandle[Any]) -> Result[Any]:
    """Return what an accepted workflow brings.

    Raises:
        LinkedApiError: As `WorkflowHandle.result`.
        WorkflowTimeout: The deadline came first; the workflow runs on, and keeps its place.
        CancelledError: As asked; an event tells the id of the workflow, which runs on.
    """
    lane, record = entry.lane, entry.record
    try:
        result = await handle.result()
    except asyncio.CancelledError:
        lane.cancelled += 1
        desk.core.sink.emit(
            WorkflowAbandoned(
                account=lane.alias,
                operation=entry.call.operation.name,
                workflow_id=record.workflow_id,
                reason="cancelled",
            )
        )
        _let_run(desk, entry)
        raise
    except WorkflowTimeout as error:
        lane.failed[error.disposition] += 1
        _let_run(desk, entry)
        raise
    except LinkedApiError as error:
        lane.failed[error.disposition] += 1
        _end_badly(desk, entry, handle, error)
        raise
    except Exception:  # of an operation of the application's own
        _end_badly(desk, entry, handle, None)
        raise
    lane.done += 1
    lane.settle_doubts(record.sent_at)
    _settle(desk, entry, result)
    desk.leave(lane)
    return result


def _end_badly(
    desk: Desk, entry: Entry, handle: WorkflowHandle[Any], error: LinkedApiError | None
) -> None:
    """Give the place back after a wait that brought an error, or leave it to what may run on."""
    lane, record = entry.lane, entry.record
    is_lost = error is not None and error.certainty is Certainty.MAYBE_ACCEPTED
    if is_lost or not handle.is_over:
        desk.doubt(entry)
    else:
        lane.settle_doubts(record.sent_at)
    _settle(desk, entry)
    if error is not None:
        desk.barriers.meet(lane, error)
    desk.leave(lane)


# ── a start that failed ──


def _take_back(desk: Desk, entry: Entry, error: LinkedApiError) -> bool:
    """Settle what becomes of a call that was not started; return whether it waits again."""
    lane, record = entry.lane, entry.record
    goes_back = _goes_back(desk, entry, error)
    is_outlasted = not goes_back and desk.barriers.outage.is_outlasted(entry, error)
    goes_back = goes_back or is_outlasted
    entry.certainty = max(entry.certainty, error.certainty, key=_DOUBT.index)
    if error.certainty is Certainty.MAYBE_ACCEPTED:
        desk.doubt(entry)
        _settle(desk, entry)
    elif lane.quotas is not None and entry.spent is not None:
        lane.quotas.refund(entry.spent)
    lane.started -= 1
    desk.barriers.meet_at_start(entry, error, is_outlasted=is_outlasted)
    desk.looked(entry)
    if not goes_back:
        desk.tell(entry, error)
    elif error.disposition is Disposition.RETRYABLE:
        circuit = desk.barriers.of(lane)
        pause = 0.0 if circuit is None else circuit.probe_at - desk.core.clock.now()
        desk.trunk.executor.announce_pause(record, error, max(0.0, pause))
    elif not entry.was_held:
        entry.was_held = True
        desk.core.sink.emit(Held(account=lane.alias, code=error.code, scope=error.scope))
    if goes_back:
        desk.hand_back(entry)
    desk.pump(lane)
    return goes_back


def _goes_back(desk: Desk, entry: Entry, error: LinkedApiError) -> bool:
    """Whether a call waits for another turn: what it met may pass, and it cannot run twice."""
    record = entry.record
    is_lost = not error.certainty.is_resendable
    if is_lost and not record.reads_only:
        return False
    if error.scope is Scope.ACCOUNT or error.disposition is Disposition.USER_ACTION:
        return error.scope is not Scope.CALL and not desk.barriers.fails(error.disposition)
    if error.disposition is not Disposition.RETRYABLE:
        return False
    looks_for_person = entry.turn is not None and not entry.turn.is_local
    if looks_for_person and not desk.barriers.fails(Disposition.USER_ACTION):
        return True
    may_repeat = not record.is_nested and record.attempts < desk.policy.max_attempts
    return is_lost and may_repeat and desk.trunk.executor.withdraw()


_DOUBT: Final = (
    Certainty.NOT_SENT,
    Certainty.REJECTED,
    Certainty.MAYBE_ACCEPTED,
    Certainty.ACCEPTED,
)


# ── workflows nobody waits for ──


def _cut_off(desk: Desk, entry: Entry) -> None:
    """Take in that a start was cancelled, or broke off in a way that nobody expects."""
    lane, record = entry.lane, entry.record
    desk.looked(entry)
    lane.cancelled += 1
    if record.workflow_id is not None:
        _let_run(desk, entry)
        return
    if record.is_doubtful or (record.reads_only and record.attempts > 0):
        desk.doubt(entry)
        _settle(desk, entry)
    elif lane.quotas is not None and entry.spent is not None:
        lane.quotas.refund(entry.spent)
    desk.leave(lane)


def _let_run(desk: Desk, entry: Entry) -> None:
    """Leave the place to a workflow that runs on, until it has ended."""
    entry.lane.watched += 1
    entry.lane.started -= 1
    desk.trunk.spawn(_see_end(desk, entry))


async def _see_end(desk: Desk, entry: Entry) -> None:
    """Wait for a workflow's end on behalf of its lane."""
    lane, workflow_id = entry.lane, entry.record.workflow_id
    policy = attrs.evolve(lane.api.policy, on_user_action=OnUserAction.RAISE, deadline=_LONGEST)
    assert workflow_id is not None  # noqa: S101 - what runs on has a name
    try:
        api = lane.api.with_options(policy=policy)
        with suppress(LinkedApiError):
            await api.attach(entry.call.operation, workflow_id).result()
        _settle(desk, entry)
    finally:
        lane.watched -= 1
        desk.pump(lane)


# ── what was counted ──


def _settle(desk: Desk, entry: Entry, result: Result[Any] | None = None) -> None:
    """Count what a call has done; all that it might have done where nobody knows."""
    quotas = entry.lane.quotas
    if quotas is None or entry.spent is None:
        return
    wall = desk.core.clock.wall()
    quotas.settle(entry.spent, wall, actual=None if result is None else costs_in(result.completion))
    for failure in () if result is None else result.errors:
        if failure.type == _LIMIT:
            quotas.exhaust(failure.action_type, wall)
