"""Resident memory of a waiting workflow, 10,000 in flight, each polled at least once.

Every contestant runs in a fresh process, the server in its own. What is resident before the first
workflow (imports, one finished exchange) is taken off; what the burst of starts leaves behind in
the allocator is not, because no process gives it back. Pauses are long enough that polls do not
stand in line, which would be another burst.

- A bare task waits for a future and nothing else: the floor of a task for each wait.
- Raw aiohttp keeps no more than an id: a task for each workflow polls it. *Gated* lets 64 start at
  once, a thing few think of; else all requests stand in the connector's queue at once.
- The official SDK has a thread for each wait, so it is measured with a thousand, on one client.

`explain()` tells which lines hold what, for whoever wants to bring the figure down.
"""

import asyncio
import gc
import logging
import random
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any, Final

import attrs

from tests.benchmarks.measure import TOKENS, Child, Row, in_child, report, seen, serving

__all__ = ["explain", "measure"]

WORKFLOWS: Final = 10_000
THREADS: Final = 1_000
GATE: Final = 64
PAUSE: Final = 10.0
CALM: Final = 40.0
MOST: Final = 3.0
LINES: Final = 25
END: Final = "that is all"
KIB: Final = 1024.0


@attrs.frozen
class Contestant:
    """Somebody who waits for many workflows.

    Attributes:
        run: Runs in the child; is given the address and the number of workflows.
        count: How many workflows.
        polls: Whether they are polled; else they have got there as soon as the child says so.
    """

    run: Callable[[str, str], None]
    count: int = WORKFLOWS
    polls: bool = True


def measure(*, quick: bool) -> list[Row]:
    """Return KiB for each workflow: against the demand, and beside what others need.

    They hardly differ from run to run, so one is enough.
    """
    rivals = {
        "bare asyncio task": Contestant(bare, polls=False),
        "raw aiohttp, gated": Contestant(raw_gated),
        "raw aiohttp": Contestant(raw),
        "official, 1,000 threads": Contestant(official, THREADS),
    }
    ours = _take(Contestant(own))
    name = "memory of a waiting workflow"
    return [
        Row(
            name=name,
            unit="KiB",
            ours=ours,
            against=f"{WORKFLOWS:,} in flight, polling",
            compared=ours,
            demanded=MOST,
        ),
        *(_beside(name, ours, who, _take(rival)) for who, rival in rivals.items()),
    ]


def explain() -> None:
    """Print which lines hold the memory of a waiting workflow."""
    with serving() as address, in_child(own_traced, address, WORKFLOWS, trace=True) as child:
        _reach(child, Contestant(own), address)
        child.prompt()
        while (line := child.hear()) != END:
            print(line)


def _take(contestant: Contestant) -> float:
    with serving() as address, in_child(contestant.run, address, contestant.count) as child:
        before = _reach(child, contestant, address)
        after = median(_resident(child) for _ in range(5))
    return (after - before) / contestant.count / KIB


def _reach(child: Child, contestant: Contestant, address: str) -> float:
    """Bring all its workflows into flight; return what was resident before, in bytes."""
    child.hear()
    before = child.resident()
    child.prompt()
    if contestant.polls:
        base = f"{address}/running"
        child.wait_until(
            lambda: seen(base).polled >= contestant.count, what="every workflow polled"
        )
    else:
        child.hear()
    return before


def _resident(child: Child) -> float:
    time.sleep(0.2)
    return child.resident()


def _beside(name: str, ours: float, who: str, theirs: float) -> Row:
    return Row(
        name=name,
        unit="KiB",
        ours=ours,
        against=who,
        rival=theirs,
        compared=ours / theirs,
    )


# ── what runs in a child ──


def own(address: str, count: str) -> None:
    """Wait with the package."""
    asyncio.run(_own(address, int(count)))


def own_traced(address: str, count: str) -> None:
    """Wait with the package, and tell what holds memory when prompted."""
    asyncio.run(_own(address, int(count), pause=CALM, tell=True))


def bare(address: str, count: str) -> None:
    """Wait for futures that nobody sets."""
    asyncio.run(_bare(int(count)))


def raw(address: str, count: str) -> None:
    """Wait with aiohttp alone."""
    asyncio.run(_raw(address, int(count), gate=int(count)))


def raw_gated(address: str, count: str) -> None:
    """Wait with aiohttp alone, and start a few at a time."""
    asyncio.run(_raw(address, int(count), gate=GATE))


def official(address: str, count: str) -> None:
    """Wait with the official SDK."""
    import linkedapi  # noqa: PLC0415 - only its own child pays for it
    from linkedapi.types import FetchPersonParams  # noqa: PLC0415 - as above

    logging.disable()  # a client shared by many threads warns of every connection it cannot keep
    client = linkedapi.LinkedApi(linkedapi.LinkedApiConfig(base_url=f"{address}/running", **TOKENS))

    def wait(number: int) -> None:
        started = client.fetch_person.execute(FetchPersonParams(person_url=_url(number)))
        client.fetch_person.result(started.workflow_id, poll_interval=PAUSE)

    client.fetch_person.status(
        client.fetch_person.execute(FetchPersonParams(person_url=_url(0))).workflow_id
    )
    report()
    for number in range(int(count)):
        threading.Thread(target=wait, args=(number,)).start()


async def _own(address: str, count: int, *, pause: float = PAUSE, tell: bool = False) -> None:
    from linkedapi_async import LinkedApi, Policy  # noqa: PLC0415 - only its own child pays for it
    from linkedapi_async.operations import FetchPerson  # noqa: PLC0415 - as above

    policy = Policy(poll_base=pause, poll_max=pause)
    async with LinkedApi(
        base_url=f"{address}/running", policy=policy, polls_per_second=None, **TOKENS
    ) as api:
        await (await api.start(FetchPerson(person_url=_url(0)))).status()
        before = tracemalloc.take_snapshot() if tell else None
        report()
        waits = _spawn(lambda number: api.run(FetchPerson(person_url=_url(number))), count)
        if before is not None:
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
            _tell(before, count)
        await asyncio.wait(waits)


async def _bare(count: int) -> None:
    loop = asyncio.get_running_loop()

    async def wait(future: asyncio.Future[None]) -> None:
        await future

    report()
    waits = _spawn(lambda _: wait(loop.create_future()), count)
    await asyncio.sleep(0)
    report(waits=False)
    await asyncio.wait(waits)


async def _raw(address: str, count: int, *, gate: int) -> None:
    import aiohttp  # noqa: PLC0415 - only its own child pays for it

    start = f"{address}/running/workflows"
    started = asyncio.Semaphore(gate)
    async with aiohttp.ClientSession(headers={"linked-api-token": "main-token"}) as session:

        async def begin(number: int) -> str:
            tree = {"actionType": "st.openPersonPage", "personUrl": _url(number)}
            async with started, session.post(start, json=tree) as response:
                return str((await response.json())["result"]["workflowId"])

        async def ask(workflow_id: str) -> str:
            async with session.get(f"{start}/{workflow_id}") as response:
                return str((await response.json())["result"]["workflowStatus"])

        async def wait(number: int) -> None:
            workflow_id, status = await begin(number), "running"
            while status == "running":
                await asyncio.sleep(PAUSE * random.uniform(0.8, 1.2))
                status = await ask(workflow_id)

        async with session.post(start, json={"actionType": "st.openPersonPage"}) as response:
            await response.json()
        report()
        await asyncio.wait(_spawn(wait, count))


def _spawn(
    wait: Callable[[int], Coroutine[Any, Any, object]], count: int
) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(wait(number)) for number in range(count)]


def _url(number: int) -> str:
    return f"https://www.linkedin.com/in/person-{number}"


def _tell(before: tracemalloc.Snapshot, count: int) -> None:
    """Print what holds memory, in KiB and blocks for each workflow."""
    print(f"garbage: {gc.collect():,} objects")
    grown = tracemalloc.take_snapshot()
    for key in ("filename", "lineno"):
        found = grown.compare_to(before, key)
        total = sum(one.size_diff for one in found)
        print(f"by {key}: {total / count / KIB:.2f} KiB in all")
        for one in found[:LINES]:
            size, blocks = one.size_diff / count / KIB, one.count_diff / count
            print(f"  {size:6.3f} KiB {blocks:5.2f} blocks  {one.traceback}")
    report(END, waits=False)
