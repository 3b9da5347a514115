"""How soon after a workflow's end its waiter goes on, and what that costs, on the real clock.

A thousand workflows, fifty a second over a hundred accounts, end after log-normal times; the
sandbox delivers each end by a signed webhook over loopback. Service, webhook and clients share one
process. Beside them, the same run without a receiver.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random
from statistics import median, quantiles
from typing import Final, Literal

import attrs
from aiohttp import web

from linkedapi_async import LinkedApi, Policy, WebhookReceiver
from linkedapi_async.operations import RetrieveSSI
from linkedapi_async.testing import Sandbox
from linkedapi_async.testing.log import WorkflowCompleted
from tests.benchmarks.measure import Row

__all__ = ["measure"]

ACCOUNTS: Final = 100
MOST: Final = 100.0
MOST_POLLS: Final = 1.2
HOOK: Final = "https://hooks.example.com"
PACE: Final = 0.02

Mode = Literal["fat", "thin"]


@attrs.frozen
class Run:
    """What one run showed.

    Attributes:
        delays: Seconds from each end to its waiter.
        polls: How often was asked, for each workflow.
    """

    delays: Sequence[float]
    polls: float


def measure(*, quick: bool) -> list[Row]:
    """Return delay and polls with each kind of payload, and by polling alone."""
    count = 200 if quick else 1000
    alone = asyncio.run(_run(count, None))
    rows: list[Row] = []
    for mode in ("fat", "thin"):
        woken = asyncio.run(_run(count, mode))
        rows += [_delays(mode, woken, alone), _polls(mode, woken, alone)]
    return rows


def _delays(mode: Mode, woken: Run, alone: Run) -> Row:
    worst = 1e3 * _p95(woken)
    return Row(
        name=f"wake_up delay, {mode}",
        unit="ms",
        ours=1e3 * median(woken.delays),
        against=f"polling alone: p95 {1e3 * _p95(alone):.0f} ms",
        compared=worst,
        spread=f"(p95 {worst:.3g} ms)",
        demanded=MOST,
    )


def _polls(mode: Mode, woken: Run, alone: Run) -> Row:
    return Row(
        name=f"wake_up polls per workflow, {mode}",
        unit="",
        ours=woken.polls,
        against=f"polling alone: {alone.polls:.2f}",
        compared=woken.polls,
        demanded=MOST_POLLS,
    )


def _p95(run: Run) -> float:
    return quantiles(run.delays, n=20)[-1]


def _log_normal(tree: object, chance: Random) -> float:
    return 0.4 * math.exp(chance.gauss(0.0, 0.8))


async def _run(count: int, mode: Mode | None) -> Run:
    async with AsyncExitStack() as stack:
        names = [f"account{number}" for number in range(ACCOUNTS)]
        sandbox = await stack.enter_async_context(Sandbox(accounts=names, duration=_log_normal))
        receiver = None if mode is None else await _receive(stack, sandbox, mode)
        apis = [
            await stack.enter_async_context(
                LinkedApi(
                    base_url=sandbox.base_url,
                    receiver=receiver,
                    policy=Policy.service(),
                    **account.tokens,
                )
            )
            for account in sandbox.accounts
        ]

        async def wait(number: int) -> tuple[str | None, float]:
            await asyncio.sleep(number * PACE)  # a burst of starts would be measured instead
            handle = await apis[number % ACCOUNTS].start(RetrieveSSI())
            await handle.result()
            return handle.workflow_id, time.monotonic()

        reached = await asyncio.gather(*[wait(number) for number in range(count)])
        ended = {e.workflow_id: e.at for e in sandbox.log if isinstance(e, WorkflowCompleted)}
        polls = len(sandbox.log.requests("poll"))
        return Run([at - ended[name] for name, at in reached if name], polls / count)


async def _receive(stack: AsyncExitStack, sandbox: Sandbox, mode: Mode) -> WebhookReceiver:
    """Register a webhook and serve its receiver."""
    webhook = sandbox.deliveries.subscribe(f"{HOOK}/in", payload_mode=mode)
    receiver = WebhookReceiver(secrets=[webhook.secret])
    outer = web.Application()
    outer.add_subapp("/in", receiver.app())
    runner = web.AppRunner(outer, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.deliveries.lead(HOOK, "http://{}:{}".format(*runner.addresses[0]))
    return receiver
