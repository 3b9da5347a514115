"""A worker in a process of its own that probes one parked account as often as it may.

Arguments: url, namespace, lease, seconds that a probe takes, seconds to rest. It prints a line when
it is ready and begins when it reads one; then it prints begin and end of each probe, on the
machine's clock, until it reads another.
"""

import asyncio
import sys

from linkedapi_async._clock import SystemClock
from linkedapi_async.stores import RedisCoordinator

ACCOUNT, CAUSE = "acme", "linkedinAccountSignedOut"


async def probe(url: str, namespace: str, lease: float, effort: float, rest: float) -> None:
    """Probe until told to stop."""
    clock = SystemClock()
    coordinator = RedisCoordinator(url, namespace=namespace, lease=lease)
    await coordinator.open(
        clock=clock,
        emit=lambda event: print(event, file=sys.stderr),
        on_park=lambda _: True,
        on_resume=lambda _account, _cause: None,
    )
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    stopping = asyncio.ensure_future(asyncio.to_thread(sys.stdin.readline))
    while not stopping.done():
        turn = await coordinator.may_probe(ACCOUNT, CAUSE)
        if turn.wait:
            await clock.sleep(min(turn.wait, 0.01))
            continue
        began = clock.now()
        print(turn.number, began, end=" ", flush=True)
        await clock.sleep(effort)
        print(clock.now(), flush=True)
        coordinator.probed(turn, rest=rest)
    await coordinator.close()


if __name__ == "__main__":
    lease, effort, rest = map(float, sys.argv[3:])
    asyncio.run(probe(sys.argv[1], sys.argv[2], lease, effort, rest))
