"""A list of calls, every one of them answered once, through restarts."""

from collections.abc import AsyncIterable, Iterable, Sized
from os import PathLike
from types import TracebackType
from typing import Generic, Self, TypeVar, get_args

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._options import check_count
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.pool import AccountPool, Call, Outcome
from linkedapi_async.stores import open_ledger

from ._progress import BatchProgress
from ._settling import OnUncertain
from ._work import Work

__all__ = ["Batch"]

R = TypeVar("R")


class Batch(Generic[R]):
    """What becomes of a list of calls, in the order they end: `async for outcome in batch`.

    With a ledger, every call is answered once, whatever happens to the process: run the same list
    with the same ledger again, and what was answered comes out as it was, what the service runs is
    waited for, what never left is sent. A call that was about to leave when the process died is
    *uncertain*: it comes out as `OutcomeUnknown`, and is never sent again on suspicion.

    Answered is what completed, failed actions included, and a write whose workflow failed; what was
    refused, and a reading that failed, is sent again by the next run.

    A call is known in the ledger by its `key`, or, without one, by what it would send: calls alike
    are then one call. To do again what was answered (tonight's list is last night's, a limit is
    open again) give it another key, or take a new ledger.

    Neither the list nor the outcomes are held in memory; calls are read as far as the queues of
    their accounts have room. Leaving the loop early, or `aclose`, is a stop at once.

    Example:
        ```python
        async with AccountPool(...) as pool:
            async for outcome in Batch(pool, calls, ledger="tonight.ledger"):
                print(outcome.call.key, outcome.result or outcome.error)
        ```
    """

    def __init__(
        self,
        pool: AccountPool,
        calls: Iterable[Call[R]] | AsyncIterable[Call[R]],
        *,
        ledger: Ledger | str | PathLike[str] | None = None,
        uncertain: OnUncertain = "report",
        stop_after: int | None = None,
        read_ahead: int = 5_000,
    ) -> None:
        """Prepare; nothing is read, opened or sent before the first outcome is asked for.

        Args:
            pool: Whose accounts do it; it stays open.
            calls: What to do; may be endless.
            ledger: What outlives the process: a path, a `postgresql://` address, or a ledger of
                `linkedapi_async.stores`, which is opened for the batch and closed after it.
            uncertain: What becomes of calls that may have been carried out: `report` them,
                `reconcile` them by asking the service, or `resend` what is proved not done.
            stop_after: Errors after which nothing more is started; `None` goes on to the end. Those
                that the ledger knew from an earlier run do not count.
            read_ahead: Calls that may be read and not taken as outcomes yet. In a list sorted by
                account, accounts further down stand idle until reading comes to them.

        Raises:
            ConfigurationError: An option is unusable; the message names it.
        """
        if not isinstance(pool, AccountPool):  # pyright: ignore[reportUnnecessaryIsInstance] - users
            msg = f"pool={pool!r} is no AccountPool"
            raise ConfigurationError(msg)
        if not isinstance(calls, (Iterable, AsyncIterable)):  # pyright: ignore[reportUnnecessaryIsInstance] - as above
            msg = f"calls={calls!r} is nothing that can be iterated"
            raise ConfigurationError(msg)
        if uncertain not in get_args(OnUncertain):
            msg = f"uncertain={uncertain!r} is not one of {', '.join(get_args(OnUncertain))}"
            raise ConfigurationError(msg)
        self._work = Work(
            pool,
            calls,
            ledger=_opened(ledger),
            uncertain=uncertain,
            stop_after=None if stop_after is None else check_count("stop_after", stop_after),
            read_ahead=check_count("read_ahead", read_ahead),
            total=len(calls) if isinstance(calls, Sized) else None,
        )

    def __repr__(self) -> str:
        """Show how far it has come."""
        progress = self.progress
        total = "?" if progress.total is None else progress.total
        return f"<Batch {progress.answered} of {total} answered>"

    def __aiter__(self) -> Self:
        """Return itself; going on later continues it."""
        return self

    async def __anext__(self) -> Outcome[R]:
        """Return the next outcome, waiting for it as long as it takes.

        An error of this library comes as data, in the outcome.

        Raises:
            StopAsyncIteration: Every call was answered, or the batch was stopped.
            LedgerError: The ledger cannot be used; nothing is started without it, and what was
                answered before has come out. Run it again once that is mended.
            ClientClosed: The pool was closed before all calls were read.
            ConfigurationError: Something in the list is no call; likewise.
            Exception: Whatever the calls' iterator raised, once what it gave before has ended.
        """
        return await self._work.next()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave at once."""
        await self.aclose()

    def __del__(self) -> None:
        """Leave at once: nobody iterates any more."""
        work: Work | None = getattr(self, "_work", None)
        if work is not None:
            work.forget()

    @property
    def progress(self) -> BatchProgress:
        """How far it has come; every call that was read is counted in one place."""
        return self._work.progress()

    def pause(self) -> None:
        """Start nothing more until `resume`; what the service runs goes on.

        Deadlines of calls that have not left stand still meanwhile. A pause ends with its pool.
        """
        self._work.pause()

    def resume(self) -> None:
        """Start calls again."""
        self._work.resume()

    def stop(self) -> None:
        """Start nothing more. The iteration ends once every start under way has been answered.

        Workflows that run are left to run: with a ledger, running the batch again waits for them.
        """
        self._work.stop()

    async def aclose(self) -> None:
        """Leave now: what was not sent is forgotten, what was sent is no longer waited for.

        A start under way gets a moment to learn its workflow's id; else it is uncertain.
        """
        await self._work.close()


def _opened(ledger: Ledger | str | PathLike[str] | None) -> Ledger | None:
    """Return a ledger to be opened, `None` where there is none.

    Raises:
        ConfigurationError: It is no ledger, and names none.
    """
    if isinstance(ledger, (str, PathLike)):
        return open_ledger(ledger)
    if ledger is None or hasattr(ledger, "claim"):
        return ledger
    msg = f"ledger={ledger!r} is neither a path, nor an address, nor a ledger"
    raise ConfigurationError(msg)
