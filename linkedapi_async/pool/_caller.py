"""One call, on behalf of the task that waits for it."""

import asyncio
from typing import Any

from linkedapi_async._call import Call as Record
from linkedapi_async._messages import Request
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.operations._base import Result

from ._calls import Call
from ._desk import Desk
from ._errand import carry_out
from ._lane import Entry, Lane

__all__ = ["Caller"]


class Caller(Entry):
    """A call whose own task carries it out when its turn comes."""

    __slots__ = ("_error", "_has_turn", "_told")

    def __init__(self, call: Call[Any], lane: Lane, record: Record, request: Request) -> None:
        """Prepare to wait."""
        super().__init__(call, lane, record, request)
        self._has_turn = False
        self._error: LinkedApiError | None = None
        self._told: asyncio.Future[None] | None = None

    def begin(self) -> bool:
        """Take its turn, unless its task was cancelled and does not know that yet."""
        if self._told is not None and self._told.done():
            return False
        self._has_turn = True
        self._tell()
        return True

    def fail(self, error: LinkedApiError) -> None:
        """End in an error."""
        self._error = error
        self._tell()

    def admit(self) -> None:
        """Go on waiting: in the queue as before it."""

    async def result(self, desk: Desk) -> Result[Any]:
        """Return what the call brings, after as many turns as it takes.

        Raises:
            LinkedApiError: The call ends in it.
        """
        result: Result[Any] | None = None
        while result is None:
            await self._turn(desk)
            self._has_turn = False
            result = await carry_out(desk, self)
        return result

    async def _turn(self, desk: Desk) -> None:
        """Wait for a turn.

        Raises:
            LinkedApiError: The call ends without one.
            CancelledError: As asked.
        """
        if not self._has_turn and self._error is None:
            self._told = asyncio.get_running_loop().create_future()
            try:
                await self._told
            except asyncio.CancelledError:
                if self.is_waiting:
                    desk.withdraw(self)
                elif self._has_turn:
                    desk.forgo(self)
                raise
            finally:
                self._told = None
        if self._error is not None:
            raise self._error

    def _tell(self) -> None:
        if self._told is not None and not self._told.done():
            self._told.set_result(None)
