"""The ends of many workflows of DBOS, looked for together.

DBOS itself asks for each workflow that is waited for on its own, in a thread of its own: a thousand
waits would be a thousand threads, and as many queries a second.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from dbos import DBOS
from sqlalchemy.exc import DBAPIError

from linkedapi_async._clock import SystemClock

__all__ = ["Lookout", "lookout"]

_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_INTERVAL: Final = 1.0
_AT_ONCE: Final = 500
_ROOM: Final = 8


class Lookout:
    """Looks for ends once a second, for everybody who waits on one event loop.

    Attributes:
        room: For those who ask DBOS themselves; each takes a thread.
    """

    def __init__(self) -> None:
        """Look for nothing yet."""
        self.room: asyncio.Semaphore = asyncio.Semaphore(_ROOM)
        self._clock = SystemClock()
        self._waits: dict[str, list[asyncio.Future[None]]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._users = 0

    def enter(self) -> None:
        """Have one more who uses it."""
        self._users += 1

    def leave(self) -> bool:
        """Have one less, and return whether that was the last."""
        self._users -= 1
        is_last = not self._users
        if is_last and self._looking is not None:
            self._looking.cancel()
        return is_last

    async def end_of(self, run: str) -> None:
        """Wait until a workflow has ended, however it did.

        Raises:
            Exception: DBOS cannot be asked any more.
        """
        waits = self._waits.setdefault(run, [])
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waits.append(told)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            await told
        finally:
            waits.remove(told)
            if not waits:
                self._waits.pop(run, None)

    async def _look(self) -> None:
        while True:
            runs = [*self._waits]
            try:
                with suppress(DBAPIError):  # a database that is away for a moment
                    for first in range(0, len(runs), _AT_ONCE):
                        self._tell(await _ended(runs[first : first + _AT_ONCE]))
            except Exception as exc:  # noqa: BLE001 - it is theirs who wait
                self._tell(runs, exc)
            await self._clock.sleep(_INTERVAL)

    def _tell(self, runs: Sequence[str], error: Exception | None = None) -> None:
        """Wake whoever waits for some workflows."""
        waking = [told for run in runs for told in self._waits.get(run, ()) if not told.done()]
        for told in waking:
            if error is None:
                told.set_result(None)
            else:
                told.set_exception(error)


_LOOKOUTS: Final[dict[asyncio.AbstractEventLoop, Lookout]] = {}


@contextmanager
def lookout() -> Generator[Lookout]:
    """Give the lookout of this event loop, which is there as long as anybody uses it."""
    loop = asyncio.get_running_loop()
    found = _LOOKOUTS.setdefault(loop, Lookout())
    found.enter()
    try:
        yield found
    finally:
        if found.leave():
            del _LOOKOUTS[loop]


async def _ended(runs: list[str]) -> list[str]:
    found = await DBOS.list_workflows_async(
        workflow_ids=runs, status=_ENDED, load_input=False, load_output=False
    )
    return [one.workflow_id for one in found]
