"""A bot that works a pool hard, in rounds, and counts what is left of it after each.

Run as a script it works in a process of its own and in real time. Its argument is a JSON object:
`base_url`, `token`, `accounts`, `seconds` of a round. For each line it reads it works one round,
and prints what is left, as JSON.
"""

import asyncio
import gc
import json
import random
import resource
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from linkedapi_async import AccountPool, Call, LinkedApiError, Policy
from linkedapi_async._agenda import Agenda
from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async.operations import FetchPerson, SendMessage

PERSON = "https://www.linkedin.com/in/person5"
PACKAGE, SANDBOX = "linkedapi_async.", "linkedapi_async.testing."
LISTS, CANCELLED, WRITING = 0.1, 0.2, 0.4
"""How many calls come in lists, are cancelled, or write."""
PAUSE = 0.05


@attrs.define(eq=False)
class Bot:
    """Hands in calls of all kinds, and takes some of them back.

    Attributes:
        pool: Where to.
        clock: Time.
        gap: Mean seconds between two calls of an account.
        quiet: Seconds after which nothing is left of a round.
        sent: Texts of messages that were sent, as far as the pool said.
        outcomes: What became of the calls.
    """

    pool: AccountPool
    clock: Clock
    gap: float
    quiet: float
    sent: list[str] = attrs.field(factory=list[str])
    outcomes: Counter[str] = attrs.field(factory=Counter[str])
    _chance: random.Random = attrs.field(factory=lambda: random.Random(0))
    _calls: set[asyncio.Task[None]] = attrs.field(factory=set[asyncio.Task[None]])
    _number: int = 0

    async def work(self, seconds: float) -> None:
        """Hand in calls for some time, and wait until nothing is left of them."""
        ends_at = self.clock.now() + seconds
        await asyncio.gather(*(self._keep_busy(account, ends_at) for account in self.pool))
        await self.clock.sleep(self.quiet / 2)
        self.pool.resume()  # by now whatever kept accounts from working is mended
        while self._calls:
            await asyncio.wait(self._calls)
        while any(one.started or one.lingering for one in self.pool.stats().accounts.values()):
            await self.clock.sleep(self.quiet / 10)
        await self.clock.sleep(self.quiet)

    async def _keep_busy(self, account: str, ends_at: float) -> None:
        while self.clock.now() < ends_at:
            count = 5 if self._chance.random() < LISTS else 1
            calls = [self._new(account) for _ in range(count)]
            task = asyncio.create_task(self._run(calls[0]) if count == 1 else self._map(calls))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
            if self._chance.random() < CANCELLED:
                self.clock.call_later(self._chance.expovariate(0.2 / self.gap), task.cancel)
            pause = count * self._chance.expovariate(1 / self.gap)
            await self.clock.sleep(min(pause, ends_at - self.clock.now()))

    def _new(self, account: str) -> Call[Any]:
        self._number += 1
        urgent = self._chance.randrange(2)
        if self._chance.random() < WRITING:
            message = SendMessage(person_url=PERSON, text=str(self._number))
            return Call(account, message, priority=urgent)
        return Call(account, FetchPerson(person_url=PERSON), priority=urgent)

    async def _run(self, call: Call[Any]) -> None:
        try:
            await self.pool.run(call)
        except LinkedApiError as error:
            self.outcomes[error.code] += 1
        else:
            self._note(call)

    async def _map(self, calls: list[Call[Any]]) -> None:
        async with self.pool.map(calls) as outcomes:
            async for outcome in outcomes:
                if outcome.error is None:
                    self._note(outcome.call)
                else:
                    self.outcomes[outcome.error.code] += 1

    def _note(self, call: Call[Any]) -> None:
        self.outcomes["done"] += 1
        if isinstance(call.operation, SendMessage):
            self.sent.append(call.operation.text)


def count_objects() -> Counter[str]:
    """Return how many objects of the library there are, by class; those of the sandbox apart."""
    gc.collect()
    everything: list[object] = gc.get_objects()
    names = (f"{type(one).__module__}.{type(one).__qualname__}" for one in everything)
    return Counter(
        name for name in names if name.startswith(PACKAGE) and not name.startswith(SANDBOX)
    )


def count_sockets() -> int:
    """Return how many sockets this process has."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing itself is closed again by now
            count += str(entry.readlink()).startswith("socket:")
    return count


def resident_memory() -> int:
    """Return how many KiB of memory this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() // 1024


def count_all(pool: AccountPool) -> dict[str, int]:
    """Return what there is at a moment when nothing is under way.

    Entries of heaps that have turned stale are counted first, and swept out as the next look at
    each heap would do it, so that what they hold does not hide among the objects.
    """
    desk = pool._house.desk
    assert desk is not None
    hub, doors, bell, executor = desk.trunk.hub, desk.trunk.doors, desk._bell, desk.trunk.executor
    lanes = desk.lanes.values()
    heaps: list[Agenda[Any]] = [
        hub._polls, hub._deadlines, doors._deadlines, bell._deadlines,
    ]  # fmt: skip
    stale = sum(map(len, heaps)) + len(bell._looks) + sum(lane.queue._total for lane in lanes)
    for heap in heaps:
        heap.next_at()
    for lane in lanes:
        lane.queue.heads()
    return {
        "objects": count_objects().total(),
        "tasks": len(asyncio.all_tasks()),
        "sockets": count_sockets(),
        "stale": stale,
        "agenda": sum(map(len, heaps)),
        "hub": hub.stats().waiting + len(hub._groups) + len(hub._asked) + len(hub._workers),
        "doors": len(doors._queue),
        "queues": sum(lane.queue._total + len(lane.door) for lane in lanes),
        "lanes": sum(lane.started + lane.lingering + lane.circuit.is_parked for lane in lanes),
        "trunk": len(desk.trunk._chores) + len(desk.trunk.calls._open),
        "causes": len(desk.core.episodes._open) + len(executor._vigils),
    }


def patient(deadline: float, pause: float) -> Policy:
    """Return a policy that holds what waits for a person.

    Args:
        deadline: Seconds for a call.
        pause: Seconds of the shortest back-off.
    """
    return attrs.evolve(
        Policy.bot(),
        on_user_action="hold",
        waiting="eager",
        deadline=deadline,
        base_delay=pause,
        max_delay=10 * pause,
        slow_base_delay=10 * pause,
        slow_max_delay=50 * pause,
        poll_base=pause,
        poll_max=10 * pause,
        connect_timeout=50 * pause,
        read_timeout=20 * pause,
    )


async def soak(settings: dict[str, Any]) -> None:
    """Work as many rounds as there are lines to read."""
    async with AccountPool(
        linked_api_token=settings["token"],
        accounts=settings["accounts"],
        base_url=settings["base_url"],
        policy=patient(10.0, PAUSE),
        doubt=1.0,
    ) as pool:
        bot = Bot(pool, SystemClock(), gap=2 * PAUSE, quiet=0.3)
        while await asyncio.to_thread(sys.stdin.readline):
            await bot.work(settings["seconds"])
            left, memory = count_all(pool), resident_memory()
            told = {"sent": bot.sent, "outcomes": bot.outcomes, "left": left, "memory": memory}
            print(json.dumps(told), flush=True)
            bot.sent.clear()


if __name__ == "__main__":
    asyncio.run(soak(json.loads(sys.argv[1])))
