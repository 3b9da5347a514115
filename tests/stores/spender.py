"""One worker in a process of its own that spends all it can of a shared budget.

Arguments: url, namespace, rate, seconds, backlog. It prints a line when it is ready and begins when
it reads one; then it prints the moments of its permits, on the clock that all processes share.
"""

import asyncio
import sys
import time

from linkedapi_async._clock import SystemClock
from linkedapi_async.stores import RedisCoordinator


async def spend(url: str, namespace: str, rate: float, seconds: float, backlog: int) -> list[float]:
    """Return the moments of all permits got."""
    clock = SystemClock()
    coordinator = RedisCoordinator(url, namespace=namespace)
    await coordinator.open(
        clock=clock,
        emit=lambda event: print(event, file=sys.stderr),
        on_park=lambda _: True,
        on_resume=lambda *_: None,
    )
    pacer = coordinator.pace(rate, backlog=lambda: backlog)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    moments: list[float] = []
    ends_at = clock.now() + seconds
    while (now := clock.now()) < ends_at:
        wait = pacer.take(now)
        if wait:
            await clock.sleep(wait)
        else:
            moments.append(time.monotonic())
    await coordinator.close()
    return moments


import faulthandler; faulthandler.dump_traceback_later(8)
if __name__ == "__main__":
    url, namespace, rate, seconds, backlog = sys.argv[1:]
    for moment in asyncio.run(spend(url, namespace, float(rate), float(seconds), int(backlog))):
        print(moment)
