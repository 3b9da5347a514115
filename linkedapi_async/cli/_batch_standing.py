"""Where calls stand, as the rows of a ledger tell."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._types import Effect
from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import Row, State
from linkedapi_async.operations import operations
from linkedapi_async.operations._examples import actions_of
from linkedapi_async.stores import open_ledger

from ._batch_rows import SANDBOX

__all__ = ["doubts", "opened", "place_of", "reads_only"]

_PLACES: Final = {
    State.DONE: "done",
    State.FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.ACCEPTED: "running",
    State.REFUSED: "refused",
}


@asynccontextmanager
async def opened(where: str) -> AsyncGenerator[Ledger]:
    """Open a ledger that is there.

    Raises:
        LedgerError: It cannot be used.
    """
    ledger = open_ledger(where)
    await ledger.open()
    try:
        yield ledger
    finally:
        await ledger.close()


async def doubts(ledger: Ledger) -> AsyncGenerator[Row | LedgerError]:
    """Yield the rows of calls that nobody knows of, and what is wrong with damaged ones."""
    async for row in ledger.rows(State.SENDING, State.UNCERTAIN):
        if isinstance(row, LedgerError):
            yield row
        elif not row.key.startswith(SANDBOX):
            is_free = reads_only(row.operation)
            if await place_of(row, ledger, is_free=is_free) == "uncertain":
                yield row


async def place_of(row: Row | LedgerError, ledger: Ledger, *, is_free: bool) -> str:
    """Return in a word where a call stands.

    Args:
        row: Its row, or what is wrong with it.
        ledger: Where it stands.
        is_free: Whether sending it again can do nothing twice.

    Raises:
        LedgerError: The ledger cannot be used.
    """
    if isinstance(row, LedgerError):
        return "damaged"
    if row.state is State.SENDING and await ledger.is_alive(row.owner):
        return "sending"
    place = _PLACES.get(row.state, "uncertain")
    return "refused" if is_free and place == "uncertain" else place


@cache
def reads_only(operation: str) -> bool:
    """Whether an operation is known to change nothing on LinkedIn, whatever it is given."""
    cls = operations().get(operation)
    rows = () if cls is None else actions_of(cls)
    return bool(rows) and all(row.effect is Effect.READ for row in rows)
