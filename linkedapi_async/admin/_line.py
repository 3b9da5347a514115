"""The line admin calls go over: asks within the documented rate, and watches until something is so.

Watching polls like a wait for a workflow: passing failures are pauses, nothing counts as a retry.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from linkedapi_async._line import Line
from linkedapi_async._messages import Purpose
from linkedapi_async._trunk import Core
from linkedapi_async.policy import BackOff, Policy, Window
from linkedapi_async.wire import Query

__all__ = ["Access", "AdminLine", "open_window"]

R = TypeVar("R")

_LIMIT: Final = 100
_SPAN: Final = 60.0
_INTERVAL: Final = 3.0
_SHARE: Final = 2 * _SPAN / _LIMIT  # seconds for each watch: all together take half of the rate


def open_window() -> Window:
    """Return the documented limit: 100 requests in 60 seconds.

    Source: https://linkedapi.io/docs/admin-overview
    """
    return Window(_LIMIT, _SPAN)


class AdminLine(Line):
    """A line on which states can be watched."""

    def __init__(self, core: Core) -> None:
        """Prepare; the first request opens the connection pool."""
        super().__init__(core)
        self._watches = 0

    async def watch(self, query: Query[R], policy: Policy, is_enough: Callable[[R], bool]) -> R:
        """Ask every 3 s, less often while more than two watch, until the answer is enough.

        Only the caller's own timer bounds it.

        Raises:
            UserActionRequired: Asking was refused until a person acts.
            FatalError: Asking was refused for good.
            ProtocolError: The answer is not of the documented form.
        """
        endless = attrs.evolve(policy, deadline=None)
        call = self.call(Purpose.POLL, query.name, endless, reads_only=True)
        self._watches += 1
        try:
            while True:
                outcome = await self.look(call, query)
                pause = max(_INTERVAL, _SHARE * self._watches)
                if isinstance(outcome, BackOff):
                    pause = max(pause, outcome.delay)
                    self.executor.announce_pause(call, outcome.error, pause)
                elif is_enough(outcome):
                    return outcome
                await self.core.clock.sleep(pause)
        finally:
            self._watches -= 1


@attrs.frozen
class Access:
    """What resources need of their client.

    Attributes:
        line: Returns the line of the running event loop.
        policy: What to do about failures.
    """

    line: Callable[[], AdminLine]
    policy: Policy

    async def ask(self, query: Query[R]) -> R:
        """Return the answer to a query."""
        return await self.line().ask(query, self.policy)
