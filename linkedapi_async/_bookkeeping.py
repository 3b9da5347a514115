"""What a start passes on its way out, and where it is written down.

A ledger only stores; what rows mean, and which change may follow which, `ledger` decides.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from ._messages import Progress
from ._types import Json
from .errors import LedgerError, LinkedApiError
from .ledger import Change, Intent, Row, State, marked
from .operations._base import Operation

__all__ = ["Fence", "Ledger", "Taken", "Withheld", "fenced"]


class Withheld(Exception):
    """A start that was about to leave stays here, as its fence wants; it was not sent."""


class Taken(Withheld):
    """A start that was about to leave is somebody else's by now; it was not sent.

    Attributes:
        row: What the ledger holds of it.
    """

    def __init__(self, row: Row) -> None:
        """Keep the row."""
        super().__init__(row.key)
        self.row: Row = row


def fenced(operation: Operation[Any], fence: "Fence | None") -> Json:
    """Return the workflow of an operation as it is sent past a fence, if there is one."""
    workflow = operation.workflow()
    return workflow if fence is None or fence.mark is None else marked(workflow, fence.mark)


class Fence(Protocol):
    """What one start passes, and tells what it came to. Only `intend` can stop it.

    Attributes:
        mark: What the workflow carries as a label, to be known by; `None` for nothing.
    """

    mark: str | None

    async def intend(self) -> None:
        """Write down that a request is about to leave; called before each.

        Raises:
            Taken: Somebody else sends it, or has.
            Withheld: It is not to leave now.
            LedgerError: It could not be written down; the request has to stay here.
        """
        ...

    def learn(self, outcome: Progress | LinkedApiError | None) -> None:
        """Take in what a request came to.

        Args:
            outcome: What the service says; the error a call would end in that is not repeated;
                `None` where it was cut off and may have been taken.
        """
        ...

    def after_reply(self, then: Callable[[], object]) -> None:
        """Have something done as soon as no reply to a start is awaited, which may be at once."""
        ...

    def finish(self, outcome: Progress | LinkedApiError) -> None:
        """Take in that the workflow has ended: with a completion, or for good in an error."""
        ...


class Ledger(Protocol):
    """Rows that outlive processes; usable from one event loop at a time.

    Every method but `note` raises `LedgerError` where the store cannot be used; its message names
    the store, what is wrong and what to do, and holds no password.

    Attributes:
        owner: Names this run of this process in the rows that it writes.
        commits: Transactions stored so far, each one flush of the disk.
    """

    owner: str
    commits: int

    async def open(self) -> None:
        """Make ready: create what is missing, refuse what is of another version.

        Whoever opens it closes it once; with the last of them it is closed.
        """
        ...

    async def close(self) -> None:
        """Store what is under way, then let go; whatever this run was sending is uncertain now."""
        ...

    async def look(self, keys: Sequence[str]) -> Mapping[str, Row | LedgerError]:
        """Return what is remembered under some keys; for a damaged row, what is wrong with it."""
        ...

    async def claim(self, intent: Intent, *, sent_at: datetime) -> Row:
        """Make a row *sending* where that is allowed (see `Intent`), durably; return what it is.

        Whoever finds its own mark in a row that is being sent may send.
        """
        ...

    def note(self, change: Change) -> "asyncio.Future[bool]":
        """Have a change stored, in the order of the calls; it is on its way when this returns.

        The future tells that it is durable, and whether it applied: `False` where the row is of
        another attempt, or in none of the states that may come before. It holds a `LedgerError`
        where it could not be stored. Nobody needs to ask it; cancelling it changes nothing.
        """
        ...

    async def is_alive(self, owner: str) -> bool:
        """Return whether a run still works, as far as the store can tell for certain."""
        ...

    def rows(self, *states: State) -> AsyncIterator[Row | LedgerError]:
        """Yield the rows in some states, in order of keys; all rows for none."""
        ...

    async def twins(self, row: Row) -> int:
        """Return how many other rows share a row's payload and may have left a trace since it left.

        Those are rows that are not refused, unless they are known to have ended before
        `row.sent_at`, by more than clocks differ.
        """
        ...

    async def counts(self) -> Mapping[State, int]:
        """Return how many rows there are in each state."""
        ...
