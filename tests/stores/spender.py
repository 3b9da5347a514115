"""A worker in a process of its own that spends all it can of a shared budget.

Arguments: url, namespace, permits per second, seconds, backlog. It prints a line when it is ready
and begins when it reads one; then it prints for how many seconds the machine let it oversleep, and
when it got its permits, on the machine's clock.
"""

import asyncio
import sys

from linkedapi_async._clock import SystemClock
from linkedapi_async.stores import RedisCoordinator

TOLERATED = 0.02


async def spend(url: str, namespace: str, rate: float, seconds: float, backlog: int) -> list[float]:
    """Return the seconds overslept, and the moments of all permits got."""
    clock = SystemClock()
    coordinator = RedisCoordinator(url, namespace=namespace)
    await coordinator.open(
        clock=clock,
        emit=lambda event: print(event, file=sys.stderr),
        on_park=lambda _: True,
        on_resume=lambda _account, _cause: None,
    )
    pacer = coordinator.pace(rate, backlog=lambda: backlog)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    moments: list[float] = []
    overslept = 0.0
    ends_at = clock.now() + seconds
    while (now := clock.now()) < ends_at:
        wait = pacer.take(now)
        if wait:
            await clock.sleep(wait)
            late = clock.now() - now - wait
            overslept += late if late > TOLERATED else 0.0
        else:
            moments.append(now)
    await coordinator.close()
    return [overslept, *moments]


if __name__ == "__main__":
    rate, seconds, backlog = map(float, sys.argv[3:])
    print(*asyncio.run(spend(sys.argv[1], sys.argv[2], rate, seconds, int(backlog))))
