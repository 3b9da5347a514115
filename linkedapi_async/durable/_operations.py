"""Durable operations, as an application has them: launched, enqueued, awaited."""

import asyncio
import math
from contextlib import ExitStack
from os import PathLike
from types import TracebackType
from typing import Final, Generic, Self, TypeVar, cast, get_args

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, WorkflowHandleAsync
from dbos import error as dbos_error

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async.batch._settling import OnUncertain
from linkedapi_async.errors import ConfigurationError, FatalError
from linkedapi_async.ledger import key_of, payload_of
from linkedapi_async.operations._base import Operation, Result
from linkedapi_async.pool import Call, Outcome
from linkedapi_async.stores import open_ledger

from ._dispatch import Dispatch, OpenAccounts
from ._ends import lookout
from ._engine import Value, Workflow, go_to_work, register, tell_left_behind
from ._forms import write_operation
from ._settings import Settings
from ._thread import LoopThread, beside, is_looping, mend_threads
from ._values import read_value

__all__ = ["DurableHandle", "DurableOperations"]

R = TypeVar("R")

_RESERVED: Final = "_dbos_"


class DurableHandle(Generic[R]):
    """One operation that DBOS sees to its end.

    Attributes:
        workflow_id: The workflow of DBOS, not of the service.
        call: What was enqueued, its key as the ledger has it.
    """

    __slots__ = ("_queue", "call", "workflow_id")

    def __init__(self, workflow_id: str, call: Call[R], queue: str) -> None:
        """Take over from `DurableOperations.enqueue`."""
        self.workflow_id: str = workflow_id
        self.call: Call[R] = call
        self._queue = queue

    def __repr__(self) -> str:
        """Show what it is about."""
        return f"<DurableHandle {self.call.operation.name} {self.workflow_id}>"

    async def outcome(self) -> Outcome[R]:
        """Return what became of the operation, waiting for it; an error comes as data.

        Raises:
            DBOSException: The workflow of DBOS was cancelled or deleted, or DBOS was closed.
        """
        if DBOS.workflow_id is not None:  # in a workflow of DBOS, whose steps are numbered
            return read_value(await (await self._found()).get_result(), self.call)
        with lookout() as ends:
            async with ends.room:
                found = await self._found()
            await ends.end_of(self.workflow_id)
            async with ends.room:
                return read_value(await found.get_result(), self.call)

    async def result(self) -> Result[R]:
        """Return what the operation brought, waiting for it.

        Raises:
            LinkedApiError: It ended in this error; `OutcomeUnknown` where it may have been carried
                out, and nobody noted what came of it.
            DBOSException: The workflow of DBOS was cancelled or deleted, or DBOS was closed.
        """
        outcome = await self.outcome()
        if outcome.error is not None:
            raise outcome.error
        return cast("Result[R]", outcome.result)

    async def _found(self) -> WorkflowHandleAsync[Value]:
        return await DBOS.retrieve_workflow_async(self.workflow_id)

    async def again(self) -> None:
        """Put an operation that has ended into its queue once more, under the same key.

        For one that was refused until a person had acted, or that stayed uncertain and was settled
        in the ledger since. What the ledger knows still holds: what was answered is answered the
        same, what was accepted is waited for, and what is uncertain is not sent on suspicion.

        Raises:
            DBOSException: It has not ended, or DBOS cannot use its database.
        """
        await DBOS.rewind_workflow_async(
            self.workflow_id,
            application_version=DBOS.application_version,
            queue_name=self._queue,
            queue_partition_key=self.call.account,
        )


class DurableOperations:
    """Operations that go on where they were when a process dies, on DBOS.

    Each one is a workflow of DBOS with two steps: one that submits it, behind a fence of the
    ledger, and one that waits for its end. They stand in a queue with one place for each account,
    over all processes. What workflows take and return is stored as JSON, which any DBOS reads; what
    steps return, as the plain values of Python they are. Tokens are in none of it, since accounts
    are named by their alias, and the pool is opened anew by every process.

    A process works under an executor id, which stays its own when it starts again; whatever it left
    unfinished is then gone on with. **To move to another host, start the process there under the
    same executor id**, and not before the old one is gone: DBOS on its own moves nothing from one
    id to another, and until somebody works under an id again, its accounts' places stay taken. A
    lock keeps a second process from the same id. On PostgreSQL it is a session's: connect directly,
    or through a pooler that keeps sessions.

    One of these is launched in a process at a time, and DBOS with it; whatever other workflows an
    application has, it registers before. Cancelling a workflow of DBOS frees the account's place: a
    request that has not left stays here, and what the service runs goes on. Resumed, it goes on at
    once; `DBOS.resume_workflow(id, queue_name=name)` has it wait for its turn.

    What was begun under one `application_version` is gone on with under that alone, and keeps its
    account's place until then; a launch under another one logs what it finds left behind.

    Example:
        ```python
        config = {
            "name": "outreach",
            "system_database_url": "sqlite:///outreach.sqlite",
            "application_version": "1",
            "executor_id": "worker-1",
        }
        durable = DurableOperations(config, accounts=open_pool, ledger="outreach.ledger")
        async with durable:
            handle = await durable.enqueue("anna", SendMessage(...), key="row-17")
            result = await handle.result()
        ```
    """

    def __init__(
        self,
        config: DBOSConfig,
        *,
        accounts: OpenAccounts,
        ledger: Ledger | str | PathLike[str],
        name: str = "linkedapi",
        uncertain: OnUncertain = "report",
        rate: tuple[int, float] | None = None,
        queue_interval: float = 1.0,
    ) -> None:
        """Check every option, and make the workflow known to DBOS; nothing is opened or sent.

        Args:
            config: As DBOS takes it, with `application_version`, `executor_id` and
                `system_database_url`.
            accounts: Returns the pool whose accounts do it, or a coroutine of that. It is called
                once, on an event loop of its own thread, with a receiver that hears the events
                that `forward` passes on; give that to the pool to be woken by them. Every process
                needs every account: one that it does not know ends there in a `FatalError`.
            ledger: Where starts are written down: a path, a `postgresql://` address, or a ledger of
                `linkedapi_async.stores` that is not open. Processes that share a database of DBOS
                share a ledger: where that database is a PostgreSQL, a file is refused.
            name: Of the workflow and of the queue.
            uncertain: What becomes of operations that may have been carried out: `report` them,
                `reconcile` them by asking the service, or `resend` what is proved not done.
            rate: At most so many operations leave the queue in so many seconds, for each account.
            queue_interval: Seconds between two looks at the queue, about.

        Raises:
            ConfigurationError: An option is missing, unusable or unsafe; the message names it.
        """
        self._settings = Settings.of(config)
        if not name or name.startswith(_RESERVED):
            msg = f"name={name!r} has to be a word that does not begin with {_RESERVED}"
            raise ConfigurationError(msg)
        if uncertain not in get_args(OnUncertain):
            msg = f"uncertain={uncertain!r} is not one of {', '.join(get_args(OnUncertain))}"
            raise ConfigurationError(msg)
        if rate is not None and not (rate[0] >= 1 and 0 < rate[1] < math.inf):
            msg = f"rate={rate!r} has to be a number of starts and one of seconds"
            raise ConfigurationError(msg)
        if not 0 < queue_interval < math.inf:
            msg = f"queue_interval={queue_interval!r} has to be a number of seconds above 0"
            raise ConfigurationError(msg)
        book = open_ledger(ledger) if isinstance(ledger, (str, PathLike)) else ledger
        self._settings.check_ledger(book)
        self._name = name
        self._rate = rate
        self._queue_interval = queue_interval
        self._thread = LoopThread(f"{name}-accounts")
        self._dispatch = Dispatch(accounts, book, uncertain, self._settings.lock)
        self._opened: ExitStack | None = None
        self._run: Workflow = register(name)

    def __repr__(self) -> str:
        """Show under which names it works."""
        return f"<DurableOperations {self._name} as {self._settings.executor_id}>"

    # ── opening and closing ──

    def launch(self) -> None:
        """Open everything and launch DBOS, which goes on with what this executor id left.

        It blocks meanwhile; within an event loop use `async with`.

        Raises:
            ConfigurationError: Another process works under this executor id, DBOS was launched or
                configured elsewhere, or an event loop runs in this thread.
            LedgerError: The ledger cannot be used.
            DBOSException: DBOS cannot use its database.
        """
        if is_looping():
            msg = "launch() blocks: use `async with DurableOperations(...)` inside async code"
            raise ConfigurationError(msg, code="wrongLoop")
        if self._opened is not None:
            msg = "These durable operations were launched already"
            raise ConfigurationError(msg)
        with ExitStack() as opened:
            self._open(opened)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End DBOS, the accounts and the ledger; whatever is unfinished waits for the next launch.

        Closing again does nothing. It blocks meanwhile.
        """
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def __enter__(self) -> Self:
        """Launch, and return itself."""
        self.launch()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    async def __aenter__(self) -> Self:
        """Launch beside the event loop, and return itself.

        Raises:
            CancelledError: As asked; nothing stays open.
        """
        try:
            await beside(self.launch, give_up=self._thread.give_up)
        except asyncio.CancelledError:
            await beside(self.close)
            raise
        finally:
            self._thread.take_heart()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close beside the event loop, to the end also where this is cancelled."""
        try:
            await beside(self.close)
        finally:
            await mend_threads()

    # ── operations ──

    async def enqueue(
        self, account: str, operation: Operation[R], key: object = None
    ) -> DurableHandle[R]:
        """Hand an operation in; it is durable once this returns.

        Handing in the same again returns the same: nothing is done twice under one key, and what
        ended in an error stays that until `DurableHandle.again`. Inside a workflow of DBOS it
        becomes a child of that.

        Args:
            account: Alias of the account.
            operation: What to do.
            key: Your name for it, also in the ledger: text, a whole number or a UUID. Without one,
                operations of an account that would send the same are one and the same.

        Raises:
            ConfigurationError: A value is unusable, or nothing is launched.
            FatalError: The key stands for another operation (`keyConflict`).
            DBOSException: DBOS cannot use its database.
        """
        if self._opened is None:
            msg = "The durable operations are not launched: use them within `async with`"
            raise ConfigurationError(msg)
        payload = payload_of(account, operation.name, operation.workflow())
        call = Call(account, operation, key_of(key, payload))
        run, form = f"{self._name}:{call.key}", dict(write_operation(operation))
        with SetWorkflowID(run), SetEnqueueOptions(queue_partition_key=account):
            handle = await DBOS.enqueue_workflow_async(
                self._name, self._run, account, form, str(call.key)
            )
        status = await handle.get_status()
        if status.input is None or list(status.input["args"])[:2] != [account, form]:
            msg = f"The key {call.key!r} already stands for another operation"
            raise FatalError(msg, code="keyConflict", account=account)
        return DurableHandle(run, call, self._name)

    # ── below ──

    def _open(self, opened: ExitStack) -> None:
        """Open one thing after the other, each with what closes it.

        Raises:
            ConfigurationError: Somebody else holds what is needed.
        """
        if _is_launched():
            msg = (
                "DBOS was launched already: leave that to the durable operations, which first make "
                "sure that nobody else works under this executor id"
            )
            raise ConfigurationError(msg)
        settings = self._settings
        if not settings.lock.acquire():
            msg = (
                f"Another process works under the executor id {settings.executor_id!r}: stop that, "
                "or give this one an id of its own"
            )
            raise ConfigurationError(msg)
        opened.callback(settings.lock.release)
        self._thread.start()
        opened.callback(self._thread.stop)
        self._thread.attempt(self._dispatch.open())
        opened.callback(lambda: self._thread.wait(self._dispatch.close()))
        go_to_work(self._name, self._dispatch, self._thread)
        DBOS(config=settings.config)
        if DBOS.executor_id != settings.executor_id:
            msg = (
                f"DBOS was made elsewhere, for the executor id {DBOS.executor_id!r}: leave that to "
                "the durable operations"
            )
            raise ConfigurationError(msg)
        opened.callback(DBOS.destroy)
        DBOS.launch()
        limit = self._rate
        DBOS.register_queue(
            self._name,
            partition_concurrency=1,
            partition_limiter=None if limit is None else {"limit": limit[0], "period": limit[1]},
            polling_interval_sec=self._queue_interval,
        )
        tell_left_behind(self._name)


def _is_launched() -> bool:
    try:
        DBOS.list_queues()
    except dbos_error.DBOSException:
        return False
    return True
