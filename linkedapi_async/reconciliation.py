"""Reconciliation: finds out by reading whether a write whose reply was lost has happened.

Each operation brings its recipe and decides; here it is only driven: what it wants to know is read,
and what cannot be read proves nothing. Nothing is written, and nothing is sent again.
"""

from datetime import datetime
from typing import Any, Final, assert_never

from ._clock import Clock
from .client import LinkedApi
from .errors import ActionError, ClientClosed, ConfigurationError, LinkedApiError, UnsupportedByWire
from .models.conversations import Conversation, ConversationPoll
from .models.inbox import InboxHistory, InboxHistoryMessage
from .operations._base import Operation
from .operations._findings import (
    Captured,
    Executed,
    Finding,
    History,
    Myself,
    Question,
    Verdict,
)
from .operations._traces import SKEW

__all__ = ["Finding", "Verdict", "reconcile"]

_SETTLE: Final = 10.0


async def reconcile(
    api: LinkedApi,
    operation: Operation[Any],
    *,
    since: datetime,
    settle: float = _SETTLE,
) -> Finding:
    """Find out whether an operation happened whose start got no reply.

    Reading workflows run on the account, behind what stands in its queue, so this may take as long
    as any call there. What fails on the way is evidence of nothing: the verdict is then `UNKNOWN`.

    Two doubtful starts that ask for the very same thing at the same time leave traces that look
    alike; reconcile one of them only.

    Args:
        api: The client of the account it was sent for.
        operation: What was sent.
        since: The earliest moment at which it may have been sent, aware.
        settle: Seconds after `since` before anything is read: a request without a reply may still
            be on its way.

    Raises:
        ConfigurationError: `since` has no zone, or `settle` is negative; nothing was sent.
        ClientClosed: The client was closed.
    """
    if since.tzinfo is None:
        msg = f"since={since.isoformat()!r} has no zone"
        raise ConfigurationError(msg)
    if not settle >= 0:
        msg = f"settle={settle!r} is no number of seconds from 0 on"
        raise ConfigurationError(msg)
    recipe = operation.recipe(since)
    if recipe is None:
        return Finding(
            Verdict.UNKNOWN, f"Nothing that can be read proves whether {operation.name} happened."
        )
    reader = _Reader(api, since, settle)
    try:
        question = next(recipe)
        while True:
            question = recipe.send(await reader.ask(question))
    except StopIteration as end:
        return reader.uphold(end.value)
    except ClientClosed:
        raise
    except LinkedApiError as error:
        return Finding(Verdict.UNKNOWN, f"Reading it failed: {error}")
    finally:
        recipe.close()


class _Reader:
    """Reads what a recipe wants to know, and remembers what that can prove."""

    def __init__(self, api: LinkedApi, since: datetime, settle: float) -> None:
        self._api = api
        self._clock: Clock = api.clock
        self._since = since
        self._settle = settle
        self._is_behind = False

    async def ask(self, question: Operation[Any] | Question) -> Any:
        """Return the answer; `None` where this generation of the API has none.

        Raises:
            LinkedApiError: There is no answer.
        """
        if isinstance(question, Operation):
            return await self._run(question)
        try:
            return await self._look(question)
        except UnsupportedByWire:
            return None

    def uphold(self, finding: Finding) -> Finding:
        """Return a conclusion as far as the readings bear it.

        The doubtful start may stand in the account's queue until a workflow behind it is over.
        """
        is_bold = finding.verdict is Verdict.NOT_DONE and not finding.is_harmless
        if not is_bold or self._is_behind:
            return finding
        doubt = "No workflow of the account has ended since, so it may still be to come."
        return Finding(Verdict.UNKNOWN, f"{finding.evidence} {doubt}")

    async def _run(self, operation: Operation[Any]) -> Any:
        elapsed = (self._clock.wall() - self._since).total_seconds()
        if (pause := min(self._settle - elapsed, self._settle)) > 0:
            await self._clock.sleep(pause)
        result = await self._api.run(operation)
        if result.errors:
            raise ActionError(result.errors, workflow_id=result.workflow_id)
        self._is_behind = True
        return result.data

    async def _look(self, question: Question) -> Any:
        match question:
            case Myself():
                return await self._api.account_info()
            case Executed():
                end = self._clock.wall() + SKEW
                return await self._api.usage(start=question.since, end=end)
            case Captured():
                return await self._api.inbox.poll(thread_id=question.thread_id, type=question.type)
            case History():
                return await self._exchanged(question)
            case _:
                assert_never(question)

    async def _exchanged(self, question: History) -> InboxHistory:
        """Return what is known of an exchange; the older generations tell it by conversation."""
        try:
            return await self._api.inbox.poll_person(question.person_url, type=question.type)
        except UnsupportedByWire:
            poll = ConversationPoll(person_url=question.person_url, type=question.type)
            return _as_history(await self._api.conversations.poll([poll]))


def _as_history(conversations: list[Conversation]) -> InboxHistory:
    return InboxHistory(
        messages=[
            InboxHistoryMessage(
                id=one.id,
                thread_id=one.thread_id,
                sender=one.sender,
                text=one.text,
                time=one.time,
            )
            for conversation in conversations
            for one in conversation.messages or ()
        ],
        threads=[],
    )
