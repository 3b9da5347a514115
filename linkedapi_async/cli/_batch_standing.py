"""Where a call stands, as its row in the ledger tells."""

from functools import cache
from typing import Final

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._types import Effect
from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import Row, State
from linkedapi_async.operations import operations
from linkedapi_async.operations._examples import actions_of

__all__ = ["place_of", "reads_only"]

_PLACES: Final = {
    State.DONE: "done",
    State.FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.ACCEPTED: "running",
    State.REFUSED: "refused",
}


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
