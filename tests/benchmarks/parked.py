"""A hundred thousand handles: what attaching costs, and what waiting does outside working hours.

A fresh process attaches them all, then waits for all their results. The service answers each poll
that working hours open in six hours. Reaching that state costs the polls, which are told but not
counted; from then on nothing is due, and what the process still spends is what waiting costs.
"""

import asyncio
import gc
import time
from typing import Final

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from tests.benchmarks.measure import (
    TOKENS,
    Child,
    Row,
    cpu,
    in_child,
    report,
    seen,
    serving,
)

__all__ = ["measure"]

HANDLES: Final = 100_000
MOST_TO_ATTACH: Final = 1.0
MOST_OF_A_CORE: Final = 0.1
QUIET: Final = 1.0
KIB: Final = 1024.0


def measure(*, quick: bool) -> list[Row]:
    """Return seconds to attach, the part of a core that waiting takes, and memory."""
    count, watched = (HANDLES // 5, 5.0) if quick else (HANDLES, 10.0)
    with serving() as address, in_child(attach_all, address, count) as child:
        child.hear()
        before = child.resident()
        child.prompt()
        attached = float(child.hear())
        waiting = child.cpu()
        polls = _settle(child, f"{address}/parked")
        waiting = child.cpu() - waiting
        busy = _busy(child, watched)
        resident = (child.resident() - before) / count / KIB
    name = f"parked {count:,} handles"
    return [
        Row(
            name=f"{name}, attaching",
            unit="s CPU",
            ours=attached,
            compared=attached,
            against="alone",
            demanded=MOST_TO_ATTACH * count / HANDLES,
        ),
        Row(
            name=f"{name}, between polls",
            unit="% of a core",
            ours=100 * busy,
            compared=100 * busy,
            against=f"after {polls / count:.3g} polls each ({1e6 * waiting / count:.0f} us each)",
            demanded=MOST_OF_A_CORE,
        ),
        Row(
            name=f"{name}, memory of each",
            unit="KiB",
            ours=resident,
            compared=resident,
            against="alone",
        ),
    ]


def _settle(child: Child, base_url: str) -> int:
    """Wait until nothing is polled any more; return how many polls there were."""
    polls = 0

    def is_quiet() -> bool:
        nonlocal polls
        spent, polls = child.cpu(), seen(base_url).requests
        time.sleep(QUIET)
        return polls == seen(base_url).requests > 0 and child.cpu() - spent < QUIET / 10

    child.wait_until(is_quiet, what="every wait parked")
    return polls


def _busy(child: Child, watched: float) -> float:
    """Return the part of a core that the child takes."""
    began, spent = time.monotonic(), child.cpu()
    time.sleep(watched)
    return (child.cpu() - spent) / (time.monotonic() - began)


def attach_all(address: str, count: str) -> None:
    """Run in the child: attach, then wait for everything."""
    asyncio.run(_attach_all(f"{address}/parked", int(count)))


async def _attach_all(base_url: str, count: int) -> None:
    async with LinkedApi(
        base_url=base_url, policy=Policy.batch(), polls_per_second=None, **TOKENS
    ) as api:
        await api.attach(FetchPerson, "wf-0").status()
        ids = [f"wf-{number:07}" for number in range(count)]
        gc.collect()
        report()
        handles = [api.attach(FetchPerson, ids[0])]
        spent = cpu(lambda: handles.extend(api.attach(FetchPerson, name) for name in ids[1:]))
        report(f"{spent:.6f}", waits=False)
        waits = [asyncio.create_task(handle.result()) for handle in handles]
        await asyncio.wait(waits)
