"""How busy a pool is, at a moment."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from linkedapi_async._hub import ClientStats
from linkedapi_async._types import Disposition, Scope

__all__ = ["AccountStats", "Parked", "PoolStats"]


@attrs.frozen(kw_only=True)
class Parked:
    """Why an account stands aside.

    Attributes:
        code: The service's word.
        scope: `account`, or `client` where every account of the pool does.
        hint: What to do, and where.
        message: The service's sentence.
        since: When it was met.
        probes: How many calls have looked since whether things have changed.
        next_probe_in: Seconds until another may look; `None` while one does.
    """

    code: str
    scope: Scope
    hint: str
    message: str
    since: datetime
    probes: int
    next_probe_in: float | None


@attrs.frozen(kw_only=True)
class AccountStats:
    """One account at a moment; what is over counts from the pool's beginning.

    Attributes:
        queued: Calls that wait for their turn here.
        waiting: Calls that wait for room in the queue.
        started: Calls that were sent and have not ended.
        lingering: Places taken by workflows nobody waits for any more, or whose start was lost.
        done: Calls that brought a result, with failed actions or without.
        failed: Calls that ended in an error, by what that asks for.
        cancelled: Calls whose waiter was cancelled.
        is_paused: Whether `AccountPool.pause` holds it.
        parked: Why it stands aside; `None` where it does not.
    """

    queued: int
    waiting: int
    started: int
    lingering: int
    done: int
    failed: Mapping[Disposition, int]
    cancelled: int
    is_paused: bool
    parked: Parked | None


@attrs.frozen(kw_only=True)
class PoolStats:
    """A pool at a moment.

    Attributes:
        accounts: Each account by its alias.
        waits: How busy the polling is, of all accounts; `None` before the pool was used.
    """

    accounts: Mapping[str, AccountStats]
    waits: ClientStats | None

    @property
    def queued(self) -> int:
        """Calls that wait for their turn, or for room in a queue."""
        return sum(one.queued + one.waiting for one in self.accounts.values())

    @property
    def started(self) -> int:
        """Calls that were sent and have not ended."""
        return sum(one.started for one in self.accounts.values())

    @property
    def done(self) -> int:
        """Calls that brought a result."""
        return sum(one.done for one in self.accounts.values())

    @property
    def failed(self) -> int:
        """Calls that ended in an error."""
        return sum(sum(one.failed.values()) for one in self.accounts.values())

    @property
    def parked(self) -> tuple[str, ...]:
        """Aliases of the accounts that stand aside."""
        return tuple(alias for alias, one in self.accounts.items() if one.parked is not None)
