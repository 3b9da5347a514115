"""What a pool costs, and what an account that steps aside costs the others.

CPU: a thousand calls over ten accounts, at most fifty of each under way; each ends with its third
poll. Beside it what one would write by hand: a semaphore for each account, around `LinkedApi.run`
and around raw aiohttp.

Latency: nine accounts take turns of a few calls, while the tenth is busy with as many or is signed
out with a hundred callers at its door. It is the time from a call to its result, of the nine.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import ExitStack, contextmanager
from statistics import fmean, quantiles
from typing import Any, Final

import aiohttp
from yarl import URL

from linkedapi_async import AccountPool, Call, LinkedApi, Policy, UserActionRequired
from linkedapi_async.operations import FetchPerson
from tests.benchmarks.measure import TOKENS, Row, Samples, compare, cpu, interleave, seen, serving

__all__ = ["measure"]

CALLS: Final = 1_000
ACCOUNTS: Final = tuple(f"member{number}" for number in range(10))
WIDTH: Final = 50
REQUESTS: Final = 4
PAUSE: Final = 0.2
CALLERS: Final = 100
ROUNDS: Final = 6
MOST_BESIDE_API: Final = 1.1
MOST_LATENCY: Final = 1.1
POLICY: Final = Policy(poll_base=PAUSE, poll_max=PAUSE)


def measure(*, quick: bool) -> list[Row]:
    """Return CPU milliseconds for each call, and the latency of nine accounts in milliseconds."""
    turns = 3 if quick else 7
    with serving() as address, asyncio.Runner() as runner:
        costs = _costs(address, runner, turns)
        means, tails = _latencies(address, runner, turns)
    name = f"pool, {CALLS:,} calls of {len(ACCOUNTS)} accounts"
    late = "pool, latency of the nine"
    return [
        compare(name, costs, rival="api.run", unit="ms", demanded=MOST_BESIDE_API, scale=1e3),
        compare(name, costs, rival="raw aiohttp", unit="ms", scale=1e3),
        compare(late, means, rival="all signed in", unit="ms", demanded=MOST_LATENCY, scale=1e3),
        compare(
            f"{late}, p95",
            tails,
            rival="all signed in",
            unit="ms",
            demanded=MOST_LATENCY,
            scale=1e3,
        ),
    ]


# ── CPU ──


def _costs(address: str, runner: asyncio.Runner, turns: int) -> Samples:
    with ExitStack() as stack:
        contestants = {
            "ours": stack.enter_context(_pooled(runner, f"{address}/fast/pool")),
            "api.run": stack.enter_context(_single(runner, f"{address}/fast/api")),
            "raw aiohttp": stack.enter_context(_by_hand(runner, f"{address}/fast/hand")),
        }
        found = interleave(contestants, turns=turns)
    for client in ("pool", "api", "hand"):
        requests, expected = seen(f"{address}/fast/{client}").requests, CALLS * REQUESTS
        if requests != expected * (turns + 1):
            msg = f"{client} sent {requests} requests in {turns + 1} turns of {expected}"
            raise RuntimeError(msg)
    return found


@contextmanager
def _pooled(runner: asyncio.Runner, base_url: str) -> Generator[Callable[[], float]]:
    pool = _pool(base_url, lane_width=WIDTH)

    async def wait(account: str, url: str) -> None:
        assert (await pool.run(Call(account, FetchPerson(person_url=url)))).data is not None

    yield lambda: cpu(lambda: runner.run(_together(wait))) / CALLS
    runner.run(pool.aclose())


@contextmanager
def _single(runner: asyncio.Runner, base_url: str) -> Generator[Callable[[], float]]:
    api = LinkedApi(base_url=base_url, policy=POLICY, polls_per_second=None, **TOKENS)
    places = {account: asyncio.Semaphore(WIDTH) for account in ACCOUNTS}

    async def wait(account: str, url: str) -> None:
        async with places[account]:
            assert (await api.run(FetchPerson(person_url=url))).data is not None

    yield lambda: cpu(lambda: runner.run(_together(wait))) / CALLS
    runner.run(api.aclose())


@contextmanager
def _by_hand(runner: asyncio.Runner, base_url: str) -> Generator[Callable[[], float]]:
    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers={"linked-api-token": "main-token"},
            connector=aiohttp.TCPConnector(limit=500),
            timeout=aiohttp.ClientTimeout(total=20.0),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    session = runner.run(open_session())
    places = {account: asyncio.Semaphore(WIDTH) for account in ACCOUNTS}
    start = URL(f"{base_url}/workflows", encoded=True)

    async def wait(account: str, url: str) -> None:
        tree: dict[str, object] = {
            "actionType": "st.openPersonPage",
            "personUrl": url,
            "basicInfo": True,
            "then": [],
        }
        headers = {"identification-token": f"id-{account}"}
        async with places[account]:
            async with session.post(
                start, json=tree, headers=headers, raise_for_status=True
            ) as reply:
                result = (await reply.json())["result"]
            poll = URL(f"{start}/{result['workflowId']}", encoded=True)
            while result["workflowStatus"] == "running":
                await asyncio.sleep(PAUSE * random.uniform(0.8, 1.2))
                async with session.get(poll, headers=headers, raise_for_status=True) as reply:
                    result = (await reply.json())["result"]
            assert result["completion"]

    yield lambda: cpu(lambda: runner.run(_together(wait))) / CALLS
    runner.run(session.close())


async def _together(wait: Callable[[str, str], Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(
        *(
            wait(ACCOUNTS[number % len(ACCOUNTS)], f"https://www.linkedin.com/in/person-{number}")
            for number in range(CALLS)
        )
    )


# ── latency ──


def _latencies(address: str, runner: asyncio.Runner, turns: int) -> tuple[Samples, Samples]:
    """Return the mean and the 95th percentile of each turn."""
    pools = {
        "all signed in": (_pool(f"{address}/fast/well"), ROUNDS, "person"),
        "ours": (_pool(f"{address}/fast/ill"), CALLERS, "signed-out"),
    }
    means: dict[str, list[float]] = {name: [] for name in pools}
    tails: dict[str, list[float]] = {name: [] for name in pools}
    for turn in range(turns + 1):
        for name, (pool, callers, person) in pools.items():
            took = sorted(runner.run(_turn(pool, callers, person)))
            if turn:
                means[name].append(fmean(took))
                tails[name].append(quantiles(took, n=20)[-1])
    for pool, _, _ in pools.values():
        runner.run(pool.aclose())
    return means, tails


async def _turn(pool: AccountPool, callers: int, person: str) -> list[float]:
    """Return what each call of the nine took, while the tenth account has callers of its own."""
    out, *nine = ACCOUNTS

    async def timed(work: Awaitable[object]) -> float:
        began = time.monotonic()
        await work
        return time.monotonic() - began

    async def call_out() -> None:
        try:
            await pool.run(_visit(out, person))
        except UserActionRequired:
            assert person == "signed-out"

    def calls() -> Iterator[Coroutine[Any, Any, float]]:
        for _ in range(ROUNDS):
            for account in nine:
                yield timed(pool.run(_visit(account, "person")))

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(call_out())
        timing = [group.create_task(call) for call in calls()]
    return [one.result() for one in timing]


def _visit(account: str, person: str) -> Call[Any]:
    return Call(account, FetchPerson(person_url=f"https://www.linkedin.com/in/{person}"))


def _pool(base_url: str, *, lane_width: int = 2) -> AccountPool:
    return AccountPool(
        linked_api_token="main-token",
        accounts={account: f"id-{account}" for account in ACCOUNTS},
        base_url=base_url,
        policy=POLICY,
        polls_per_second=None,
        lane_width=lane_width,
    )
