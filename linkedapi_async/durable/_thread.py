"""An event loop in a thread of its own, for what has to stay on one loop.

DBOS runs a workflow on whichever loop it finds, and a recovered one on another than before. The
accounts, with their connections and waits, live here instead, and steps ask from wherever they are.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

__all__ = ["LoopThread", "beside", "is_looping", "mend_threads"]

T = TypeVar("T")


class LoopThread:
    """A loop that runs from `start` to `stop`."""

    def __init__(self, name: str) -> None:
        """Prepare; nothing runs yet.

        Args:
            name: Of the thread.
        """
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._attempted: Future[Any] | None = None
        self._is_given_up = False

    def start(self) -> None:
        """Run a new loop."""
        begun: Future[asyncio.AbstractEventLoop] = Future()
        self._ended = asyncio.Event()

        def run() -> None:
            asyncio.run(self._serve(begun))

        # A daemon: whoever forgets to stop it can still leave.
        self._thread = threading.Thread(target=run, name=self._name, daemon=True)
        self._thread.start()
        self._loop = begun.result()

    def stop(self) -> None:
        """Cancel what still runs, and wait for its end."""
        loop, self._loop = self._loop, None
        if loop is not None:
            assert self._thread is not None  # noqa: S101 - it runs the loop
            loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of a coroutine that runs there; cancelled together with it.

        Raises:
            CancelledError: As asked, or the loop has stopped.
        """
        if self._loop is None:
            work.close()
            raise asyncio.CancelledError
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of a coroutine that runs there, blocking this thread meanwhile."""
        assert self._loop is not None  # noqa: S101 - it is asked between start and stop
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def attempt(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of a coroutine like `wait`, unless it is given up.

        Raises:
            CancelledError: Of `concurrent.futures`: it was given up, or before it began.
        """
        assert self._loop is not None  # noqa: S101 - it is asked between start and stop
        self._attempted = attempted = asyncio.run_coroutine_threadsafe(work, self._loop)
        if self._is_given_up:
            attempted.cancel()
        return attempted.result()

    def give_up(self) -> None:
        """Cancel what is attempted, now and from now on; from any thread."""
        self._is_given_up = True
        if self._attempted is not None:
            self._attempted.cancel()

    def take_heart(self) -> None:
        """Let attempts be made again."""
        self._is_given_up = False

    async def _serve(self, begun: "Future[asyncio.AbstractEventLoop]") -> None:
        begun.set_result(asyncio.get_running_loop())
        await self._ended.wait()


def is_looping() -> bool:
    """Return whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def beside(work: Callable[[], None], give_up: Callable[[], None] | None = None) -> None:
    """Have something done in a thread that DBOS does not know, as it ends its own.

    Args:
        work: It is seen to its end, and the event loop goes on meanwhile.
        give_up: Hurries that, where this is cancelled.

    Raises:
        CancelledError: As asked, once the work has ended.
    """
    cancelled = False
    with ThreadPoolExecutor(max_workers=1) as executor:
        doing = asyncio.get_running_loop().run_in_executor(executor, work)
        while not doing.done():
            try:
                await asyncio.wait({doing})
            except asyncio.CancelledError:
                cancelled = True
                if give_up is not None:
                    give_up()
    if not cancelled:
        return doing.result()
    with suppress(Exception, asyncio.CancelledError):
        doing.result()
    raise asyncio.CancelledError


async def mend_threads() -> None:
    """Give the event loop threads again, where DBOS had put its own in their place and ended them.

    Without them the application could resolve no name any more, nor use `asyncio.to_thread`.
    """
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(None, int)
    except RuntimeError:
        loop.set_default_executor(ThreadPoolExecutor())
