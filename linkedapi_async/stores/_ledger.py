"""A ledger over a database: questions go to its thread, answers come back to the loop."""

import os
import secrets
from asyncio import CancelledError, Future, get_running_loop, shield
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from linkedapi_async._clock import elsewhere
from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import Change, Intent, Row, State

from ._rows import Claim, Database, count, look, page, twins
from ._writer import Writer

__all__ = ["StoredLedger"]

T = TypeVar("T")


class StoredLedger:
    """What every ledger in a database does; `async with` opens and closes it.

    Attributes:
        owner: Names this run in the rows that it writes; another one each time it is opened.
        commits: Transactions stored so far.
    """

    def __init__(self, connect: Callable[[], Database]) -> None:
        """Take what makes a closed connection; nothing connects before `open`.

        Args:
            connect: Called for each opening, as the thread of an earlier one may still be closing.
        """
        self.owner: str = secrets.token_hex(8)
        self.commits: int = 0
        self._connect = connect
        self._writer: Writer | None = None
        self._opening: Future[None] | None = None
        self._was_open = False
        self._users = 0
        self._process = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Make ready: create what is missing. Whoever opens it closes it once.

        Raises:
            LedgerError: The store cannot be used.
            CancelledError: The caller was cancelled; it can be opened again.
        """
        writer = self._here()
        if writer is None:
            if self._was_open:
                self.owner = secrets.token_hex(8)
            self._was_open = True
            self._users = 0
            self._process = os.getpid()
            writer = Writer(self._connect(), owner=self.owner, on_commit=self._stored)
            self._writer, self._opening = writer, writer.start()
        self._users += 1
        if self._opening is not None:
            await self._opened(writer, self._opening)

    async def _opened(self, writer: Writer, opening: "Future[None]") -> None:
        try:
            with elsewhere():
                await shield(opening)
        except BaseException as exc:
            if self._writer is writer:
                self._users -= 1
                if not (isinstance(exc, CancelledError) and self._users):  # else others want it
                    self._writer = self._opening = None
                    writer.abandon()
            raise
        self._opening = None

    async def close(self) -> None:
        """Store what is under way, then let go, unless others have it open; again does nothing.

        What this run was sending is uncertain from then.

        Raises:
            LedgerError: Something could not be stored.
        """
        self._here()
        self._users -= 1
        if self._users > 0:
            return
        writer, self._writer, self._opening = self._writer, None, None
        if writer is not None:
            with elsewhere():
                await shield(writer.stop())

    async def look(self, keys: Sequence[str]) -> Mapping[str, Row | LedgerError]:
        """Return what is remembered under some keys; for a damaged row, what is wrong with it.

        Raises:
            LedgerError: The store cannot be used.
        """
        return await self._read(partial(look, keys=keys))

    async def claim(self, intent: Intent, *, sent_at: datetime) -> Row:
        """Make a row *sending* where that is allowed (see `Intent`), durably; return what it is.

        A claim that is cancelled may have been made all the same.

        Raises:
            LedgerError: The store cannot be used, or the row is damaged.
        """
        with elsewhere():
            row: Row = await self._worker().write(Claim(intent, sent_at))
        return row

    def note(self, change: Change) -> "Future[bool]":
        """Have a change stored, in the order of the calls; it is on its way when this returns.

        A change that could not be stored is tried again until the ledger is closed. The future
        holds a `LedgerError` then; nobody needs to ask it, and cancelling it changes nothing.
        """
        told: Future[bool]
        try:
            told = self._worker().write(change)
        except LedgerError as exc:
            told = get_running_loop().create_future()
            told.set_exception(exc)
            told.exception()  # as above
            return told
        waiting = ExitStack()
        waiting.enter_context(elsewhere())
        told.add_done_callback(lambda _: waiting.close())
        return told

    async def is_alive(self, owner: str) -> bool:
        """Return whether a run still works, as far as the store can tell for certain.

        Raises:
            LedgerError: The store cannot be used.
        """
        return owner == self.owner or await self._read(lambda database: database.is_alive(owner))

    async def rows(self, *states: State) -> AsyncIterator[Row | LedgerError]:
        """Yield the rows in some states, in order of keys; all rows for none.

        They are read a hundred at a time: what changes meanwhile may be told either way.

        Raises:
            LedgerError: The store cannot be used.
        """
        after: str | None = ""
        while after is not None:
            work = partial(page, states=tuple(dict.fromkeys(states)), after=after)
            found, after = await self._read(work)
            for row in found:
                yield row

    async def twins(self, row: Row) -> int:
        """Return how many other rows share a row's payload and may have left a trace since it left.

        Raises:
            LedgerError: The store cannot be used.
        """
        return await self._read(partial(twins, row=row))

    async def counts(self) -> Mapping[State, int]:
        """Return how many rows there are in each state.

        Raises:
            LedgerError: The store cannot be used.
        """
        return await self._read(count)

    async def _read(self, work: Callable[[Database], T]) -> T:
        with elsewhere():
            return await self._worker().read(work)

    def _worker(self) -> Writer:
        writer = self._here()
        if writer is None:
            msg = f"{self!r} is not open; use it within `async with`"
            raise LedgerError(msg)
        return writer

    def _here(self) -> Writer | None:
        """Return what works in this process: a fork takes no thread along, and no lock."""
        if self._process != os.getpid():
            self._writer = self._opening = None
            self._users = 0
        return self._writer

    def _stored(self) -> None:
        self.commits += 1
