"""A worker with a pool in a process of its own, which shares a Redis with others like it.

Arguments: what it does (`send` or `wait`), and its settings as JSON. It prints a line when it is
ready and begins when it reads one; when it reads another it ends, and prints a JSON object.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from linkedapi_async import AccountPool, Call, ClientClosed, LinkedApiError, Policy
from linkedapi_async._clock import SystemClock
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.stores import RedisCoordinator

PERSON = "https://www.linkedin.com/in/person5"
RHYTHM = 0.2
TICK = 0.01
WARM_UP = 1.0

clock = SystemClock()


async def read_line() -> None:
    """Wait until the test says something."""
    await asyncio.to_thread(sys.stdin.readline)


async def watch_lateness(worst: list[float]) -> None:
    """Keep by how much the machine has this process oversleep at worst, once it has warmed up."""
    await clock.sleep(WARM_UP)
    while True:
        before = clock.now()
        await clock.sleep(TICK)
        worst[0] = max(worst[0], clock.now() - before - TICK)


async def send(pool: AccountPool, settings: dict[str, Any]) -> dict[str, Any]:
    """Hand in a message for every account again and again; return what became of them."""
    outcomes: Counter[str] = Counter()

    async def run(call: Call[None]) -> None:
        try:
            await pool.run(call)
        except LinkedApiError as error:
            outcomes[error.code] += 1
        else:
            outcomes["sent"] += 1

    calls: list[asyncio.Task[None]] = []
    stopping = asyncio.ensure_future(read_line())
    while not stopping.done():
        number = len(calls) // len(pool)
        for account in pool:
            text = f"{account} {settings['name']} {number}"
            call = Call(account, SendMessage(person_url=PERSON, text=text))
            calls.append(asyncio.create_task(run(call)))
        await clock.sleep(RHYTHM)
    await asyncio.gather(*calls)
    return {"handed_in": len(calls), "outcomes": outcomes}


async def wait(pool: AccountPool, settings: dict[str, Any]) -> dict[str, Any]:
    """Wait for a workflow of each of some accounts that does not end; return nothing."""

    async def run(account: str) -> None:
        try:
            await pool.run(Call(account, FetchPerson(person_url=PERSON)))
        except ClientClosed:
            return

    calls = [asyncio.create_task(run(account)) for account in settings["own"]]
    await read_line()
    await pool.aclose()
    await asyncio.gather(*calls)
    return {}


JOBS: dict[str, Callable[[AccountPool, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
    "send": send,
    "wait": wait,
}


async def work(job: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Do one job from line to line; return what it tells and the worst lateness."""
    policy = attrs.evolve(
        Policy.bot(), on_user_action="hold", waiting="eager", poll_base=0.1, poll_max=0.5
    )
    coordinator = RedisCoordinator(
        settings["redis"], namespace=settings["namespace"], lease=settings["lease"]
    )
    worst = [0.0]
    async with AccountPool(
        linked_api_token=settings["token"],
        accounts=settings["accounts"],
        base_url=settings["base_url"],
        polls_per_second=settings["rate"],
        coordinator=coordinator,
        policy=policy,
    ) as pool:
        print("ready", flush=True)
        await read_line()
        watching = asyncio.create_task(watch_lateness(worst))
        told = await JOBS[job](pool, settings)
        watching.cancel()
    return {**told, "late": worst[0]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(sys.argv[1], json.loads(sys.argv[2])))))
