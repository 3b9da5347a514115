"""Reads what a recipe wants to know, and knows what that can prove.

It rests on three things that no recipe sees. The doubtful start must be over: a reading that was
posted later has to have ended, and must not have waited for working hours, which what was parked
before it may still do. What is told without a workflow must not lag behind. And the clock that told
when the start was sent may be wrong, so that it counts both by that clock and by the service's.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

import attrs

from ._clock import Clock
from ._types import Scope
from .client import LinkedApi
from .errors import ActionError, ClientClosed, FatalError, LinkedApiError, UnsupportedByWire
from .handles import WorkflowHandle
from .models.conversations import Conversation, ConversationPoll
from .models.inbox import InboxHistory, InboxHistoryMessage, InboxThread
from .models.usage import UsedAction
from .operations._base import Operation, Recipe, Result
from .operations._findings import (
    Captured,
    Executed,
    Finding,
    History,
    Myself,
    Question,
    Statistics,
    Verdict,
)
from .operations._traces import SKEW
from .operations.connections import RetrievePendingRequests

__all__ = ["Reader"]

_REST: Final = 5.0
"""Seconds from the end of a reading to questions about what it has loaded."""
_LAGS: Final = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0)
"""Pauses before what lags behind is asked for; then it is given up."""
_NONE: Final = timedelta()
_NEXT_TO_NOTHING: Final = timedelta(seconds=2)
_GRAIN: Final = timedelta(seconds=1)
"""How finely dates are told: what differs by no more counts as the same moment."""
_MORE_TRIES: Final = 2
"""How often a reading is run again that waits for working hours each time."""
_READINGS: Final = 2
"""How many readings it takes at most until statistics have to hold one of them."""
_AT_A_LOSS: Final = InboxHistory(messages=[], threads=[InboxThread(history_complete=False)])
"""What is known where nothing shows that a conversation was loaded."""
_ANY_READING: Final = RetrievePendingRequests()
"""What is run only to end: every seat may, no limit counts it, and it is said never to fail."""


class Reader:
    """Reads for one doubtful start, and remembers what that can prove."""

    def __init__(
        self,
        api: LinkedApi,
        since: datetime,
        settle: float,
        before: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            api: The client of the account.
            since: The earliest moment at which the start may have been sent, by this clock.
            settle: Seconds after that before anything is read.
            before: Awaited before each workflow.
        """
        self._api = api
        self._clock: Clock = api.clock
        self._since = since
        self._settle = settle
        self._before = before
        self._skew = _NONE
        self._over_at: datetime | None = None
        self._has_witness = False
        self._ended_at = -_REST

    async def follow(self, make: Callable[[datetime], Recipe | None]) -> Finding:
        """Return what a recipe concludes, as far as the readings bear it.

        Args:
            make: Makes the recipe, for the earliest moment at which the start may have been sent.

        Raises:
            LinkedApiError: A reading failed, and the recipe does not do without.
        """
        recipe = _begun(make, self._since)
        try:
            question = next(recipe)
            await self._settled()
            await self._compare_clocks()
            if self._skew:
                recipe.close()
                recipe = _begun(make, self._earliest)
                question = next(recipe)
            while True:
                answer = await self._answer(question)
                if isinstance(answer, LinkedApiError):
                    question = recipe.throw(answer)
                else:
                    question = recipe.send(answer)
        except StopIteration as end:
            return self._uphold(end.value)
        finally:
            recipe.close()

    # ── what readings bear ──

    async def _settled(self) -> None:
        """Wait until a request without a reply cannot be on its way any more."""
        elapsed = (self._clock.wall() - self._since).total_seconds()
        if (pause := min(self._settle - elapsed, self._settle)) > 0:
            await self._clock.sleep(pause)

    async def _compare_clocks(self) -> None:
        """Learn how far the service's clock is ahead, unless that is next to nothing.

        Raises:
            LinkedApiError: It cannot be asked.
        """
        if self._api.clock_skew is None:
            try:
                await self._api.account_info()
            except UnsupportedByWire:
                await self._run(_ANY_READING)
        skew = self._api.clock_skew or _NONE
        self._skew = skew if abs(skew) > _NEXT_TO_NOTHING else _NONE

    @property
    def _earliest(self) -> datetime:
        """The earliest moment of the start, whichever of both clocks has told it."""
        return self._since + min(self._skew, _NONE)

    def _uphold(self, finding: Finding) -> Finding:
        """Return a conclusion as far as the readings bear it.

        The doubtful start may stand in the account's queue until a workflow behind it is over, and
        what is dated between the two clocks may have been there before it.
        """
        doubt = ""
        is_bold = finding.verdict is Verdict.NOT_DONE and not finding.is_harmless
        if is_bold and self._over_at is None:
            doubt = "No workflow of the account has ended since, so it may still be to come."
        elif (
            finding.verdict is Verdict.DONE
            and finding.dated_at is not None
            and self._skew
            and finding.dated_at < self._since + max(self._skew, _NONE)
        ):
            apart = abs(self._skew.total_seconds())
            doubt = f"But this clock and the service's are {apart:.0f} s apart."
        if not doubt:
            return finding
        return Finding(Verdict.UNKNOWN, f"{finding.evidence} {doubt}")

    def _now(self) -> datetime:
        """Return the moment by the service's clock."""
        return self._clock.wall() + (self._api.clock_skew or _NONE)

    # ── asking ──

    async def _answer(self, question: Operation[Any] | Question) -> Any:
        """Return the answer, or the error there is instead.

        `None` is the answer where this generation of the API has none.

        Raises:
            ClientClosed: The client was closed.
        """
        try:
            if isinstance(question, Operation):
                return await self._run(question)
            return await self._look(question)
        except UnsupportedByWire:
            return None
        except ClientClosed:
            raise
        except LinkedApiError as error:
            return error

    async def _run(self, operation: Operation[Any]) -> Any:
        """Return what a reading brings; what was posted before it is over then.

        Nobody documents in which order parked workflows start, so that one that was parked itself
        is run once more: then all of them stand in the queue.

        Raises:
            ActionError: It has ended, and failed.
        """
        handle, result, begun_at = await self._run_once(operation)
        for _ in range(_MORE_TRIES):
            if handle.was_parked:
                handle, result, begun_at = await self._run_once(operation)
        if not handle.was_parked:
            self._take_in(begun_at)
        self._ended_at = self._clock.now()
        if result.errors:
            raise ActionError(result.errors, workflow_id=result.workflow_id)
        return result.data

    async def _run_once(
        self, operation: Operation[Any]
    ) -> tuple[WorkflowHandle[Any], Result[Any], datetime | None]:
        """Return a workflow that has ended, what it brought, and when it began, if that is known.

        A reply that was long in coming does not tell when.
        """
        if self._before is not None:
            await self._before()
        asked_at = self._now()
        handle = await self._api.start(operation)
        told_at = self._now()
        is_known = handle.began_at_once and told_at - asked_at <= _GRAIN
        return handle, await handle.result(), told_at if is_known else None

    def _take_in(self, begun_at: datetime | None) -> None:
        """Note that a reading has ended, behind whatever the doubtful start has come to.

        Args:
            begun_at: When it began, where that is known: then it did not stand in a queue.
        """
        if self._over_at is None:
            self._over_at = begun_at or self._now()
            self._has_witness = begun_at is not None
        else:
            self._has_witness = True

    async def _look(self, question: Question) -> Any:
        if (rest := self._ended_at + _REST - self._clock.now()) > 0:
            await self._clock.sleep(rest)
        match question:
            case Myself():
                return await self._api.account_info()
            case Executed():
                return await self._executed(question)
            case Captured():
                return await self._api.inbox.poll(thread_id=question.thread_id, type=question.type)
            case History():
                return await self._exchanged(question)
            case _:
                assert_never(question)

    # ── statistics ──

    async def _executed(self, question: Executed) -> Statistics:
        """Return statistics, waiting for them to reach beyond the doubtful start.

        They do where they hold anything executed after it was surely over: a reading that did not
        stand in the queue, or one that was run after another one. Readings of other people may
        have stood before it, and prove nothing.
        """
        actions = await self._used(question)
        for _ in range(_READINGS):
            if not self._has_witness and not self._reaches(actions):
                await self._run(_ANY_READING)
        for pause in _LAGS:
            if self._reaches(actions):
                break
            await self._clock.sleep(pause)
            actions = await self._used(question)
        return Statistics(actions, are_complete=self._reaches(actions))

    async def _used(self, question: Executed) -> Sequence[UsedAction]:
        end = max(self._clock.wall(), self._now()) + SKEW
        return await self._api.usage(start=question.since, end=end)

    def _reaches(self, actions: Sequence[UsedAction]) -> bool:
        over_at = self._over_at
        if over_at is None:
            return False
        return any(one.time_at is not None and one.time_at >= over_at - _GRAIN for one in actions)

    # ── conversations ──

    async def _exchanged(self, question: History) -> InboxHistory:
        """Return what is known of an exchange; the older generations tell it by conversation.

        What is told as not loaded, or as loaded by an earlier sync only, lags behind. Both
        endpoints count, as either may know the person by another form of the address only.

        Raises:
            FatalError: It is not this conversation that is refused.
        """
        poll = ConversationPoll(person_url=question.person_url, type=question.type)
        for pause in _LAGS:
            await self._clock.sleep(pause)
            try:
                (told,) = await self._api.conversations.poll([poll])
            except FatalError as error:
                if error.scope is not Scope.CALL:
                    raise
                continue
            if _is_fresh(told, question.synced_until_at):
                history = _as_history(told)
                break
        else:
            history = None
        try:
            known = await self._api.inbox.poll_person(question.person_url, type=question.type)
        except UnsupportedByWire:
            return history or _AT_A_LOSS
        if history is None:
            return attrs.evolve(known, threads=_AT_A_LOSS.threads)
        ids = {one.id for one in known.messages}
        more = [one for one in history.messages if one.id not in ids]
        return attrs.evolve(known, messages=[*known.messages, *more])


def _begun(make: Callable[[datetime], Recipe | None], since: datetime) -> Recipe:
    recipe = make(since)
    assert recipe is not None  # noqa: S101 - whether there is one does not depend on the moment
    return recipe


def _is_fresh(told: Conversation, synced_until_at: datetime | None) -> bool:
    """Tell whether what is stored is of that sync; not every version of the service says so."""
    if synced_until_at is None or told.sync_until_at is None:
        return True
    return told.sync_until_at >= synced_until_at - _GRAIN


def _as_history(conversation: Conversation) -> InboxHistory:
    return InboxHistory(
        messages=[
            InboxHistoryMessage(
                id=one.id,
                thread_id=one.thread_id,
                sender=one.sender,
                text=one.text,
                time=one.time,
            )
            for one in conversation.messages or ()
        ],
        threads=[],
    )
