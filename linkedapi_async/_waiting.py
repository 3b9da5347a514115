"""Calls under way: closing the client ends them with an error, cancelling them learns the id."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ._clock import Clock
from ._types import WorkflowId
from .errors import ClientClosed

__all__ = ["OpenCall", "OpenCalls", "finish_gracefully"]

T = TypeVar("T")

_GRACE: Final = 2.0


class OpenCall:
    """One call under way: `async with calls.enter() as call: …`.

    Closing cancels the task it runs in, and turns that into an error on the way out; a cancellation
    by anybody else passes through, as with `asyncio.timeout`.

    Attributes:
        workflow_id: Set as soon as it is known, so that closing can name it.
    """

    __slots__ = ("_calls", "_cancels_before", "_is_interrupted", "_task", "workflow_id")

    def __init__(self, calls: "OpenCalls", workflow_id: WorkflowId | None) -> None:
        self._calls = calls
        self._task: asyncio.Task[Any] | None = None
        self._cancels_before = 0
        self._is_interrupted = False
        self.workflow_id: WorkflowId | None = workflow_id

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        if self._task is not None:
            self._cancels_before = self._task.cancelling()
        self._calls.add(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._calls.discard(self)
        task, self._task = self._task, None
        if (
            self._is_interrupted
            and task is not None
            and task.uncancel() <= self._cancels_before
            and kind is asyncio.CancelledError
        ):
            raise self._calls.closed_error() from None

    def interrupt(self) -> None:
        """End the call at the next chance it gets."""
        if self._task is not None and not self._is_interrupted:
            self._is_interrupted = True
            self._task.cancel()


class OpenCalls:
    """Every call under way on one event loop."""

    __slots__ = ("_emptied", "_ids", "_open", "is_closed")

    def __init__(self) -> None:
        """Start open, with nothing under way."""
        self._open: set[OpenCall] = set()
        self._ids: set[WorkflowId] = set()
        self._emptied: asyncio.Future[None] | None = None
        self.is_closed: bool = False

    def enter(self, workflow_id: WorkflowId | None = None) -> OpenCall:
        """Return the frame for one call.

        Raises:
            ClientClosed: The client is closed.
        """
        if self.is_closed:
            raise self.closed_error()
        return OpenCall(self, workflow_id)

    def add(self, call: OpenCall) -> None:
        """Count a call as under way."""
        self._open.add(call)

    def discard(self, call: OpenCall) -> None:
        """Count a call as over; while closing, keep the id it had or learned."""
        self._open.discard(call)
        if not self.is_closed:
            return
        if call.workflow_id is not None:
            self._ids.add(call.workflow_id)
        if not self._open and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    def closed_error(self) -> ClientClosed:
        """Return the error for a call that meets a closed client."""
        ids = tuple(sorted(self._ids))
        told = f"; workflows that run on: {', '.join(ids[:3])}" if ids else ""
        more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""  # noqa: PLR2004 - as many as it names
        return ClientClosed(f"The client is closed{told}{more}", workflow_ids=ids)

    def shut(self, waiting: Iterable[WorkflowId]) -> ClientClosed:
        """Let nothing enter any more; return the error for whatever is under way.

        Args:
            waiting: Workflows that are waited for without a call under way.
        """
        self.is_closed = True
        self._ids.update(waiting)
        self._ids.update(c.workflow_id for c in self._open if c.workflow_id is not None)
        return self.closed_error()

    async def close(self) -> None:
        """Interrupt every call under way and wait until the last has left."""
        self.shut(())
        if self._open:
            if self._emptied is None:
                self._emptied = asyncio.get_running_loop().create_future()
            for call in tuple(self._open):
                call.interrupt()
            await asyncio.shield(self._emptied)


async def finish_gracefully(
    work: Coroutine[Any, Any, T],
    *,
    clock: Clock,
    is_at_stake: Callable[[], bool],
    learned: Callable[[T | None], None],
) -> T:
    """Run work that should not be cut off in the middle, and yet be cancellable at once.

    Cancelled where nothing is at stake, the work is cancelled too. Else it gets a short grace to
    end by itself, `learned` hears what came of it, and the cancellation passes on.

    Args:
        work: Sends a request whose reply names a workflow.
        clock: Measures the grace.
        is_at_stake: Whether the request may have been written.
        learned: Hears the outcome after a cancellation; `None` when there was none in time.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    ended = loop.create_future()
    task.add_done_callback(lambda _: None if ended.done() else ended.set_result(None))
    try:
        await ended
    except asyncio.CancelledError:
        try:
            if is_at_stake() and not task.done():
                async with clock.timer(_GRACE):
                    await asyncio.wait((task,))
        except TimeoutError:
            pass
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            is_over = task.cancelled() or task.exception() is not None
            learned(None if is_over else task.result())
        raise
    return task.result()
