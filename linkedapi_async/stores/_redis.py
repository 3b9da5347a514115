"""The coordinator of workers that share a Redis.

Redis only ever speeds decisions up or makes them common: whatever becomes of it, this worker
decides, alone if need be, and says so once.
"""

import asyncio
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from linkedapi_async._clock import Clock
from linkedapi_async._sharing import LocalCoordinator, Parking, Turn
from linkedapi_async._types import Secret
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.events import Event

from ._budget import Budget, SharedPace
from ._parkings import Parkings
from ._scripts import Keys

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from ._membership import Membership as _Membership

__all__ = ["RedisCoordinator"]


class RedisCoordinator:
    """Makes the workers that name the same Redis and namespace behave like one.

    They share one budget of requests per second, what is parked and what has been resumed, and the
    turn to probe. Redis stores names of accounts (aliases or fingerprints), never a token; what it
    stores is forgotten 20 minutes after the last worker.

    A parking lives as long as a worker that has the account, and ten minutes more, so that it
    outlives a restart of all. A turn to probe ends with its lease, whatever became of its holder.

    While Redis is gone or slow, each worker decides alone, on an even share of the budget among the
    workers last seen; `CoordinationLost` tells when that begins, `CoordinationRestored` when it is
    over. Nothing is raised and nothing waits for Redis longer than `timeout`. A worker that alone
    cannot reach Redis adds its share to the budget of the others.

    Attributes:
        lease: Seconds that a turn to probe lasts.
    """

    def __init__(
        self,
        redis: "str | Redis",
        *,
        namespace: str = "linkedapi",
        lease: float = 30.0,
        timeout: float = 1.0,
    ) -> None:
        """Take what leads to Redis; nothing connects before `open`.

        Args:
            redis: A url (`redis://`, `rediss://`, `unix://`), or a client of your own, which stays
                open. It needs Redis 5 or later, or whatever understands its scripts.
            namespace: Tells this group of workers from others on the same Redis.
            lease: Seconds that a turn to probe lasts.
            timeout: Seconds that Redis may take for one answer, connecting included.

        Raises:
            ConfigurationError: The extra `redis` is not installed, or a value is unusable.
            ModuleNotFoundError: The installation is broken in another way.
        """
        for name, value in (("lease", lease), ("timeout", timeout)):
            if not (math.isfinite(value) and value > 0):
                msg = f"{name}={value!r} has to be a finite number above 0"
                raise ConfigurationError(msg)
        if not namespace or set(namespace) & set("{}"):
            msg = f"namespace={namespace!r} has to be a word without braces"
            raise ConfigurationError(msg)
        try:
            from ._link import Link, open_client  # noqa: PLC0415 - needs the extra
            from ._membership import Membership  # noqa: PLC0415 - as above
        except ModuleNotFoundError as exc:
            if (exc.name or "").partition(".")[0] != "redis":
                raise
            msg = "RedisCoordinator needs redis: pip install 'linkedapi-async[redis]'"
            raise ConfigurationError(msg) from None
        self.lease: float = lease
        self._redis = Secret(redis) if isinstance(redis, str) else redis
        self._keys = Keys(namespace)
        self._timeout = timeout
        self._alone = LocalCoordinator(lease=lease)
        self._parkings = Parkings()
        self._budget = Budget()
        self._member: _Membership | None = None
        self._open_client = open_client
        self._new_link = Link
        self._new_member = Membership
        open_client(redis)

    def __repr__(self) -> str:
        """Show the group; how to reach Redis stays hidden, for it may hold a password."""
        return f"RedisCoordinator(namespace={self._keys.namespace!r})"

    @property
    def is_shared(self) -> bool:
        """Whether the others can be reached now."""
        return self._member is not None and self._member.is_shared

    async def open(
        self,
        *,
        clock: Clock,
        emit: Callable[[Event], None],
        on_park: Callable[[Parking], bool],
        on_resume: Callable[[str, str], object],
    ) -> None:
        """Join the group, within `timeout`; where Redis does not answer, go on alone.

        Args:
            clock: Time and chance; Redis keeps real time, so this has to be real, too.
            emit: Hears when the others can no longer be reached, and when they can.
            on_park: Hears what another worker has parked, also before this one began. It returns
                whether this worker has the account, and so keeps the parking alive.
            on_resume: Hears the account and the cause of a parking that has ended.

        Raises:
            ConfigurationError: It is open already.
            CancelledError: The caller was cancelled; it can be opened again.
        """
        if self._member is not None:
            msg = "This coordinator serves somebody already; make one for each"
            raise ConfigurationError(msg)
        redis = self._redis
        client, is_own = self._open_client(redis.value if isinstance(redis, Secret) else redis)
        self._member = member = self._new_member(
            self._new_link(client, is_own=is_own, clock=clock, timeout=self._timeout),
            self._keys,
            clock=clock,
            emit=emit,
            parkings=self._parkings,
            budget=self._budget,
            on_park=on_park,
            on_resume=on_resume,
        )
        await self._alone.open(clock=clock, emit=emit, on_park=on_park, on_resume=on_resume)
        try:
            await member.begin()
        except asyncio.CancelledError:
            self._member = None
            raise

    async def close(self) -> None:
        """Tell what is left to tell, within `timeout`, and leave the group."""
        member, self._member = self._member, None
        if member is not None:
            await member.end()
        await self._alone.close()
        self._parkings = Parkings()

    def pace(self, rate: float, *, backlog: Callable[[], int]) -> SharedPace:
        """Return the budget of all workers together.

        No second holds more than `rate` permits, the next whole number where it has a fraction;
        2.5 % of it are left unused for that.

        Args:
            rate: Permits per second for all.
            backlog: Tells how many permits could be used now; as many are leased at once, up to
                this worker's part of a fifth of a second.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        return self._budget.pace(rate, backlog=backlog)

    def park(self, parking: Parking) -> None:
        """Tell the others what has been found out here; in order, and later if need be."""
        self._parkings.park(parking)
        self._hurry()

    def resume(self, account: str, cause: str) -> None:
        """Tell the others that a cause is gone, and end its turns and pauses."""
        self._alone.resume(account, cause)
        self._parkings.resume((account, cause))
        self._hurry()

    async def may_probe(self, account: str, cause: str) -> Turn:
        """Ask for the turn to look whether a cause is gone; one worker has it at a time."""
        turn = None
        if self._member is not None and self._member.is_shared:
            turn = await self._member.take_turn((account, cause), self.lease)
        return turn or await self._alone.may_probe(account, cause)

    def probed(self, turn: Turn, *, rest: float = 0.0) -> None:
        """Give a turn back; for `rest` seconds nobody gets the next."""
        if not turn.holder:
            self._alone.probed(turn, rest=rest)
        elif self._member is not None:
            self._member.give_back((turn.account, turn.cause), turn.holder, rest)

    def _hurry(self) -> None:
        if self._member is not None:
            self._member.hurry()
