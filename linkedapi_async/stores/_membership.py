"""One worker's life among others: says that it is there, tells, hears, leases.

It always decides something: where Redis does not answer, it goes on alone and tries again.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from functools import partial
from secrets import token_hex
from typing import Any, Final

from linkedapi_async._clock import Alarm, Clock
from linkedapi_async._sharing import Parking, Turn
from linkedapi_async.events import CoordinationLost, CoordinationRestored, Event
from linkedapi_async.policy import full_jitter

from ._budget import Budget, SharedPace
from ._link import Link, LinkLost
from ._parkings import Key, Parkings, entry_of, name_of
from ._scripts import LEASE, LEAVE, LOOK, PARK, RELEASE, RESUME, SLOTS, Keys
from ._slots import ServerTime

__all__ = ["Membership"]

_BEAT: Final = 2.0
"""Seconds between looks when nothing is called out."""
_ABSENT: Final = 10.0
"""Seconds after which a silent worker is no longer counted."""
_KEPT: Final = 600.0
"""Seconds that a parking outlives the last worker that has the account."""
_RENEWAL: Final = _KEPT / 3
_RECONNECT_BASE: Final = 0.1
_RECONNECT_CAP: Final = 3.0
_STABLE: Final = 10.0
"""Seconds after which a connection that is lost again was a good one."""
_FARTHEST: Final = 5.0
"""Seconds that moments are leased ahead at most, beside two for each worker."""
_MICROS: Final = 1e6
_STORE: Final = "redis"
_HINT: Final = (
    "Look whether Redis runs and can be reached from here. Until then this worker decides alone "
    "and keeps to its share of the budget; it reconnects by itself."
)


class Membership:
    """One worker of a group, from `begin` to `end`.

    Attributes:
        is_shared: Whether the others can be reached.
    """

    def __init__(
        self,
        link: Link,
        keys: Keys,
        *,
        clock: Clock,
        emit: Callable[[Event], None],
        parkings: Parkings,
        budget: Budget,
        on_park: Callable[[Parking], bool],
        on_resume: Callable[[str, str], object],
    ) -> None:
        """Take what this worker shares."""
        self._link = link
        self._keys = keys
        self._clock = clock
        self._emit = emit
        self._parkings = parkings
        self._budget = budget
        self._on_park = on_park
        self._on_resume = on_resume
        self._worker = token_hex(8)
        self._time = ServerTime()
        self._epoch = self._version = ""
        self._renewed_at = clock.now()
        self._returned: deque[tuple[str, str, float]] = deque()
        self._has_tried = asyncio.Event()
        self._has_news = asyncio.Event()
        self._is_dry = asyncio.Event()
        self._is_broken = asyncio.Event()
        self._lost_at: float | None = None
        self._calm: Alarm | None = None
        self._life: asyncio.Task[None] | None = None
        self.is_shared: bool = False

    async def begin(self) -> None:
        """Join the group; where that fails, go on trying.

        Raises:
            CancelledError: The caller was cancelled; the group is left again.
        """
        self._life = asyncio.get_running_loop().create_task(self._live(), context=Context())
        try:
            await self._has_tried.wait()
        except asyncio.CancelledError:
            await self.end()
            raise

    async def end(self) -> None:
        """Tell what is left to tell, within the bound of one request, and leave."""
        assert self._life is not None  # noqa: S101 - it has begun
        self._life.cancel()
        await asyncio.wait((self._life,))
        was_shared, self.is_shared = self.is_shared, False
        self._lost_at = self._clock.now()  # whoever still asks is no reason to tell of a loss
        self._go_alone()
        if was_shared:
            with suppress(LinkLost, TimeoutError):
                async with self._clock.timer(self._link.timeout):
                    await self._tell()
                    leaver = [self._worker, self._keys.channel]
                    await self._link.run(LEAVE, [self._keys.workers], leaver)
        await self._link.close()

    def hurry(self) -> None:
        """Tell soon what there is to tell."""
        self._has_news.set()

    async def take_turn(self, key: Key, lease: float) -> Turn | None:
        """Ask for the turn to probe; `None` when nobody but this worker can be asked.

        Raises:
            CancelledError: The caller was cancelled; the turn, if it was given, is given back.
        """
        name, holder = name_of(key), token_hex(8)
        keys = [self._keys.turn(name), self._keys.probes]
        try:
            pause, number = await self._link.run(
                LEASE, keys, [name, holder, _millis(lease), _millis(_KEPT)]
            )
        except LinkLost as lost:
            self._lose(lost.reason)
            return None
        except asyncio.CancelledError:
            self.give_back(key, holder, 0.0)
            raise
        wait = 0.0 if number else max(1, pause) / 1000  # a rest of under a millisecond is one, too
        return Turn(account=key[0], cause=key[1], wait=wait, number=number, holder=holder)

    def give_back(self, key: Key, holder: str, rest: float) -> None:
        """Give a turn back, soon; one that has ended by then is another's, and stays so."""
        self._returned.append((self._keys.turn(name_of(key)), holder, rest))
        self._has_news.set()

    async def _live(self) -> None:
        """Be a member as long as Redis answers, else try to be one again, for ever."""
        failures = 0
        while True:
            tried_at = self._clock.now()
            await self._guarded(self._enter())
            self._has_tried.set()
            if self.is_shared:
                async with asyncio.TaskGroup() as group:
                    works = self._tend(), self._listen(), self._supply()
                    tasks = [group.create_task(self._guarded(work)) for work in works]
                    await self._is_broken.wait()
                    for task in tasks:
                        task.cancel()
            failures = 1 if self._clock.now() - tried_at > _STABLE else failures + 1
            draw = self._clock.draw()
            pause = full_jitter(failures, base=_RECONNECT_BASE, cap=_RECONNECT_CAP, draw=draw)
            await self._clock.sleep(pause)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work of a member; whatever goes wrong with it, this worker is alone."""
        try:
            await work
        except LinkLost as lost:
            self._lose(lost.reason)
        except Exception as exc:  # noqa: BLE001 - what nobody foresaw must not end the member's life
            self._lose(f"{type(exc).__name__}: {exc}")

    async def _enter(self) -> None:
        """Decide together from now on."""
        self._is_broken.clear()
        await self._sync()
        self.is_shared = True
        lost_at, self._lost_at = self._lost_at, None
        if lost_at is not None:
            lasted = self._clock.now() - lost_at
            self._emit(CoordinationRestored(account="", store=_STORE, lasted=lasted))

    def _lose(self, reason: str) -> None:
        """Decide alone from now on; say so once."""
        self._is_broken.set()
        self._go_alone()
        if self._lost_at is not None:
            return
        self._lost_at = self._clock.now()
        self.is_shared = False
        workers = self._budget.workers
        self._emit(
            CoordinationLost(account="", store=_STORE, reason=reason, workers=workers, hint=_HINT)
        )

    def _go_alone(self) -> None:
        """Live on a share of the budget."""
        self._end_calm()
        self._budget.share_out(self._budget.workers)

    def _end_calm(self) -> None:
        if self._calm is not None:
            self._calm.cancel()
            self._calm = None

    def _settle(self, workers: int, calm_in: float) -> None:
        """Live on leased moments, once everybody can have noticed who is back.

        Args:
            workers: How many live.
            calm_in: Seconds until then; those who are not back yet live on their shares so long,
                and so do all others.
        """
        self._end_calm()
        if calm_in > 0:
            self._budget.share_out(max(workers, self._budget.workers))
            settle = partial(self._settle, workers, 0.0)
            self._calm = self._clock.call_later(calm_in, settle)
        else:
            self._budget.lease(workers, ask=self._is_dry.set)

    async def _tend(self) -> None:
        """Tell and look when there is reason to, and now and then without."""
        while True:
            with suppress(TimeoutError):
                async with self._clock.timer(_BEAT):
                    await self._has_news.wait()
            await self._sync()

    async def _listen(self) -> None:
        """Listen, anew at once where a good connection has ended: idle ones are cut off at times.

        Raises:
            LinkLost: Listening is not possible.
        """
        while True:
            began_at = self._clock.now()
            try:
                await self._link.listen(self._keys.channel, self._has_news.set)
            except LinkLost:
                if self._clock.now() - began_at < _BEAT:
                    raise

    async def _supply(self) -> None:
        """Lease what pacers want, a batch for each at a time."""
        while True:
            await self._is_dry.wait()
            self._is_dry.clear()
            for pacer in self._budget.pacers:
                if pacer.want:
                    await self._lease(pacer)

    async def _lease(self, pacer: SharedPace) -> None:
        sent = self._clock.now()
        gap = pacer.slots.gap
        farthest = _FARTHEST + 2 * gap * self._budget.workers
        wanted = gap * _MICROS, pacer.want, farthest * _MICROS
        now, first = await self._link.run(SLOTS, [self._keys.budget], wanted)
        self._time.note(now / _MICROS, sent=sent, received=self._clock.now())
        pacer.deposit(self._time.local(first / _MICROS))

    async def _sync(self) -> None:
        """Tell first, then look: what was told is seen."""
        self._has_news.clear()
        await self._tell()
        await self._look()

    async def _tell(self) -> None:
        keys, parkings = self._keys, self._parkings
        while self._returned:
            turn, holder, rest = self._returned[0]
            await self._link.run(RELEASE, [turn], [holder, _millis(rest)])
            self._returned.popleft()
        while parkings.untold:
            key, news = next(iter(parkings.untold.items()))
            name = name_of(key)
            shared = [keys.state, keys.parked, keys.expiry]
            if news is not None:
                entry = entry_of(news)
                await self._link.run(PARK, shared, [name, entry, _millis(_KEPT), keys.channel])
            else:
                gone = [*shared, keys.probes, keys.turn(name)]
                await self._link.run(RESUME, gone, [name, keys.channel])
            parkings.told(key, news)

    async def _look(self) -> None:
        keys, now = self._keys, self._clock.now()
        is_back = self._lost_at is not None
        is_due = now - self._renewed_at >= _RENEWAL
        renewed = [name_of(key) for key in self._parkings.held] if is_due else []
        workers, calm_in, *changed = await self._link.run(
            LOOK,
            [keys.workers, keys.state, keys.parked, keys.expiry, keys.probes],
            [
                self._worker,
                _millis(_ABSENT),
                _millis(_KEPT),
                _millis(_RECONNECT_CAP + self._link.timeout) if is_back else 0,
                keys.channel,
                token_hex(8),
                self._epoch,
                self._version,
                *renewed,
            ],
        )
        if is_due:
            self._renewed_at = now
        if changed:
            self._take_in(*changed)
        self._settle(workers, calm_in / 1000)

    def _take_in(self, epoch: bytes | str, version: bytes | str, flat: list[bytes | str]) -> None:
        """Take in all that is parked, as field and value in turns."""
        before, self._epoch = self._epoch, _text(epoch)
        last, self._version = self._version, _text(version)
        is_new_store = bool(before) and (before != self._epoch or int(last) > int(self._version))
        self._parkings.take_in(
            [_text(entry) for entry in flat[1::2]],
            is_new_store=is_new_store,
            on_park=self._on_park,
            on_resume=self._on_resume,
        )
        if self._parkings.untold:
            self._has_news.set()


def _millis(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _text(value: bytes | str) -> str:
    """Return what Redis holds as text, whether or not the client decodes."""
    return value.decode() if isinstance(value, bytes) else value
