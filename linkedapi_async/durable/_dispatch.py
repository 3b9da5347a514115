"""What the steps ask of the accounts: to start a call, and to see it to its end.

Everything here runs on one event loop. What was begun is known to the ledger, so that a step that
runs again finds out how far the call had come.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from typing import Any, Final, TypeAlias

from linkedapi_async._booking import Booking
from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._clock import elsewhere
from linkedapi_async._messages import Progress
from linkedapi_async._types import Disposition, JsonObject, WorkflowId
from linkedapi_async.batch._job import Job
from linkedapi_async.batch._progress import Place, Tally
from linkedapi_async.batch._settling import OnUncertain, Settling
from linkedapi_async.errors import (
    ClientClosed,
    ConfigurationError,
    LedgerError,
    LinkedApiError,
    WorkflowTimeout,
)
from linkedapi_async.pool import AccountPool, Call, Outcome
from linkedapi_async.pool._client import backstage
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.webhooks import sign

from ._forms import read_operation
from ._lock import Lock
from ._values import accepted, write_value

__all__ = ["Dispatch", "OpenAccounts"]

OpenAccounts: TypeAlias = Callable[[WebhookReceiver], AccountPool | Awaitable[AccountPool]]
"""Returns the pool whose accounts do it; called on the loop that the pool lives on."""

_LOG: Final = logging.getLogger("linkedapi_async")
_DAMAGED: Final = "ledgerDamaged"
_PAUSE: Final = 15.0
_RELOOK: Final = 60.0
_LOST: Final = (
    "The lock of this executor id is lost, and nothing is started until it is back: "
    "can its database be reached, and does no other process work under the id?"
)


class _Flight(Job):
    """A call that is under way here.

    Attributes:
        named: The service's name for its workflow, once it has one.
        is_over: Whether that workflow has ended.
    """

    __slots__ = ("is_over", "named")

    def __init__(self, call: Call[Any], booking: Booking, tally: Tally) -> None:
        super().__init__(call, booking, tally)
        self.named: asyncio.Future[WorkflowId] = asyncio.get_running_loop().create_future()
        self.is_over: bool = False

    @property
    def workflow_id(self) -> WorkflowId | None:
        """The workflow, `None` where it has no name yet."""
        return self.named.result() if self.named.done() else None

    def place(self, place: Place) -> None:
        """Stand somewhere else; an earlier run may have started it."""
        super().place(place)
        row = None if self.booking is None else self.booking.row
        if place is Place.RUNNING and row is not None:
            self._name(row.workflow_id)

    def learn(self, outcome: "Progress | Any") -> None:
        """Note what a request came to."""
        if isinstance(outcome, Progress):
            self._name(outcome.workflow_id)
        super().learn(outcome)

    def finish(self, outcome: Progress | LinkedApiError) -> None:
        """Note that the workflow has ended."""
        self.is_over = True
        super().finish(outcome)

    def _name(self, workflow_id: WorkflowId | None) -> None:
        if workflow_id is not None and not self.named.done():
            self.named.set_result(workflow_id)


class Dispatch:
    """Starts calls and waits for them, for steps that may be run again."""

    def __init__(
        self, accounts: OpenAccounts, ledger: Ledger, uncertain: OnUncertain, lock: Lock
    ) -> None:
        """Prepare; nothing is opened or sent.

        Args:
            accounts: Opens the pool.
            ledger: What is remembered of every call.
            uncertain: What becomes of calls that may have been carried out.
            lock: Without it nothing is started.
        """
        self._accounts = accounts
        self._ledger = ledger
        self._uncertain: OnUncertain = uncertain
        self._lock = lock
        self._secret = secrets.token_urlsafe()
        self._receiver = WebhookReceiver(secrets=[self._secret])
        self._tally = Tally()
        self._flights: dict[str, tuple[_Flight, asyncio.Task[Outcome[Any]]]] = {}

    async def open(self) -> None:
        """Open the ledger and the accounts.

        Raises:
            LedgerError: The ledger cannot be used.
            ConfigurationError: There are no accounts.
        """
        await self._ledger.open()
        try:
            pool = await self._open_accounts()
        except BaseException:
            await self._ledger.close()
            raise
        self._pool = pool
        self._core = backstage(pool).core
        self._settling = Settling(pool, self._core, self._uncertain)
        if backstage(pool).receiver is not self._receiver:  # ours hears of ends alone
            self._settling.open()
        self._keeping = asyncio.get_running_loop().create_task(self._keep_lock())

    async def close(self) -> None:
        """Stop waiting, and close what was opened; whatever the service runs goes on."""
        tasks: list[asyncio.Task[Any]] = [task for _, task in self._flights.values()]
        tasks.append(self._keeping)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._flights.clear()
        self._settling.close()
        await self._pool.aclose()
        with suppress(LedgerError):  # what could not be stored is looked up by the next run
            await self._ledger.close()

    # ── for the steps ──

    async def submit(self, run: str, account: str, form: JsonObject, key: str) -> JsonObject:
        """Return the value of a call once the service has named its workflow, or it has an outcome.

        Args:
            run: Names the workflow of DBOS.
            account: Alias of the account.
            form: The operation.
            key: Names the call in the ledger.

        Raises:
            CancelledError: As asked; what had not left yet stays here.
        """
        while not await self._may_start():
            _LOG.error(_LOST)
            await self._core.clock.sleep(_PAUSE)
        try:
            flight, task = self._fly(run, account, form, key)
        except LinkedApiError as error:
            return _refused(error)
        either: set[asyncio.Future[Any]] = {task, flight.named}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            is_named = not task.done() and await _is_kept(flight)
        except asyncio.CancelledError:
            task.add_done_callback(lambda _: self._forget(run, task))
            task.cancel()
            raise
        if is_named:
            return accepted(flight.named.result())
        return await self._land(run, flight, task)

    async def wait(self, run: str, account: str, form: JsonObject, key: str) -> JsonObject:
        """Return the value of a call once it has an outcome.

        Args:
            run: Names the workflow of DBOS.
            account: Alias of the account.
            form: The operation.
            key: Names the call in the ledger.
        """
        try:
            flight, task = self._flights.get(run) or self._fly(run, account, form, key)
            if task.cancelling():  # whoever waited for it was cancelled, and is resumed by now
                flight, task = self._fly(run, account, form, key)
        except LinkedApiError as error:
            return _refused(error)
        return await self._land(run, flight, task)

    def relay(self, event: JsonObject | None) -> None:
        """Take in an event that was proved genuine where it was received; from any thread.

        Args:
            event: As it was delivered; `None` where none came.
        """
        if event is None:
            return
        body = json.dumps(event).encode()
        now = self._core.clock.wall().timestamp()
        self._receiver.receive(body, sign(body, secret=self._secret, now=now))

    # ── below ──

    async def _may_start(self) -> bool:
        with elsewhere():
            return await asyncio.to_thread(self._lock.is_held)

    async def _keep_lock(self) -> None:
        """Take the lock again soon after it is lost, as nobody may start anything for hours."""
        was_held = True
        while True:
            await self._core.clock.sleep(_PAUSE)
            is_held = await self._may_start()
            if was_held and not is_held:
                _LOG.error(_LOST)
            was_held = is_held

    async def _open_accounts(self) -> AccountPool:
        made = self._accounts(self._receiver)
        pool = await made if isawaitable(made) else made
        if not isinstance(pool, AccountPool):  # pyright: ignore[reportUnnecessaryIsInstance] - users
            msg = f"accounts returned {pool!r}, which is no AccountPool"
            raise ConfigurationError(msg)
        return pool

    def _fly(
        self, run: str, account: str, form: JsonObject, key: str
    ) -> "tuple[_Flight, asyncio.Task[Outcome[Any]]]":
        """Begin a call, or go on with it.

        Raises:
            ConfigurationError: It is none of this version.
        """
        call = Call(account, read_operation(form), key)
        booking = Booking(
            self._ledger,
            account=account,
            operation=call.operation,
            key=key,
            clock=self._core.clock,
        )
        flight = _Flight(call, booking, self._tally)
        task = asyncio.get_running_loop().create_task(self._see_through(flight))
        self._flights[run] = flight, task
        return flight, task

    def _forget(self, run: str, task: "asyncio.Task[Outcome[Any]]") -> None:
        """Forget a call, unless another took its place."""
        if run in self._flights and self._flights[run][1] is task:
            del self._flights[run]

    async def _land(
        self, run: str, flight: _Flight, task: "asyncio.Task[Outcome[Any]]"
    ) -> JsonObject:
        try:
            outcome = await task
        finally:
            self._forget(run, task)
        await _is_kept(flight)
        return write_value(outcome, flight.workflow_id, is_over=flight.is_over)

    async def _see_through(self, flight: _Flight) -> Outcome[Any]:
        """Return what becomes of a call, however long that takes.

        Raises:
            CancelledError: As asked, or the pool was closed.
        """
        while True:
            outcome = await self._settle(flight)
            error = outcome.error
            if isinstance(error, ClientClosed):
                raise asyncio.CancelledError
            if error is None or flight.is_over or not flight.named.done():
                return outcome
            if isinstance(error, WorkflowTimeout):
                continue
            if error.disposition is Disposition.FATAL:
                return outcome
            await self._core.clock.sleep(_RELOOK)

    async def _settle(self, flight: _Flight) -> Outcome[Any]:
        """Return what becomes of a call; while the ledger is out of use it stays here."""
        while True:
            try:
                outcome, _ = await self._settling.settle(flight)
            except LedgerError as error:
                if error.code == _DAMAGED:
                    return Outcome(flight.call, error=error)
                _LOG.error("Nothing is started while the ledger cannot be used: %s", error)
                await self._core.clock.sleep(_PAUSE)
            else:
                return outcome


def _refused(error: LinkedApiError) -> JsonObject:
    call: Any = None
    return write_value(Outcome(call, error=error), None, is_over=False)


async def _is_kept(flight: _Flight) -> bool:
    """Return whether what is known of a call is durable by now."""
    assert flight.booking is not None  # noqa: S101 - every flight has one
    try:
        with elsewhere():
            await flight.booking.kept()
    except LedgerError:
        return False
    return True
