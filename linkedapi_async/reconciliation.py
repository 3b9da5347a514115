"""Reconciliation: finds out by reading whether a write whose reply was lost has happened.

Each operation brings its recipe and decides; here it is only driven: what it wants to know is read,
and what cannot be read proves nothing. Nothing is written, and nothing is sent again.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from ._reader import Reader
from ._types import Disposition, Effect, Scope
from .client import LinkedApi
from .errors import ActionError, ClientClosed, ConfigurationError, LinkedApiError
from .operations._base import Operation
from .operations._findings import Finding, Verdict
from .operations._recipes import by_statistics
from .workflows.tree import writes_of

__all__ = ["Finding", "Verdict", "reconcile"]

_SETTLE: Final = 10.0


async def reconcile(
    api: LinkedApi,
    operation: Operation[Any],
    *,
    since: datetime,
    settle: float = _SETTLE,
    before: Callable[[], Awaitable[object]] | None = None,
) -> Finding:
    """Find out whether an operation happened whose start got no reply.

    Reading workflows run on the account, behind what stands in its queue, so this may take as long
    as any call there: one of them, or two for a repost and where only the statistics tell; once
    more where they were parked. What fails on the way is evidence of nothing: the verdict is then
    `UNKNOWN`. Looking for a message puts the conversation in sync, for 30 days from now.

    Two doubtful starts that ask for the very same thing at the same time leave traces that look
    alike; reconcile one of them only. What somebody has taken back by hand meanwhile, as a comment
    that was deleted, looks as if it had never been.

    Args:
        api: The client of the account it was sent for.
        operation: What was sent.
        since: The earliest moment at which it may have been sent, aware.
        settle: Seconds after `since` before anything is read: a request without a reply may still
            be on its way.
        before: Awaited before each workflow that reads, by whoever wants to hold it back.

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
    if operation.effect is Effect.READ:
        told = f"{operation.name} only reads: done again, it changes nothing."
        return Finding(Verdict.NOT_DONE, told, is_harmless=True)
    reader = Reader(api, since, settle, before)
    doubt = Finding(Verdict.UNKNOWN, f"No page shows whether {operation.name} happened.")
    if operation.recipe(since) is not None:
        try:
            return await reader.follow(operation.recipe)
        except ClientClosed:
            raise
        except LinkedApiError as error:
            doubt = Finding(Verdict.UNKNOWN, f"Reading it failed: {error}")
            if not _is_lasting(error):
                return doubt
    actions = writes_of(operation.workflow())
    return await reader.follow(lambda at: by_statistics(*actions, since=at, doubt=doubt))


def _is_lasting(error: LinkedApiError) -> bool:
    """Tell whether it is this reading that fails, where another would not."""
    is_refused = error.scope is Scope.CALL and error.disposition is not Disposition.RETRYABLE
    return isinstance(error, ActionError) or is_refused
