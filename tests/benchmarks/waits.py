"""CPU of the client for each workflow it waits for, the start and all polls included.

A thousand workflows at once; each ends with its sixth poll, and everybody pauses as long between
two of them, so all send the same number of requests, which the server confirms. Both asynchronous
contestants start everything at once and keep up to as many connections. The official SDK gets a
thread for each wait and one client for all of them; it asks at once after the start, so it pauses
once less. What its threads cost to begin is left out: they wait in a pool.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import aiohttp
import linkedapi
from linkedapi.types import FetchPersonParams
from yarl import URL

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from tests.benchmarks.measure import TOKENS, Row, compare, cpu, interleave, seen, serving

__all__ = ["measure"]

WAITS: Final = 1_000
REQUESTS: Final = 7
PAUSE: Final = 0.3
MOST_BESIDE_RAW: Final = 1.3
MOST_BESIDE_OFFICIAL: Final = 0.15
CONNECTIONS: Final = 500
KEEP_ALIVE: Final = 120.0


def measure(*, quick: bool) -> list[Row]:
    """Return milliseconds for each workflow beside both rivals."""
    # The official SDK takes ten times as long, and a demand with that much room needs fewer turns.
    raw_turns, official_turns = (2, 2) if quick else (4, 2)
    with serving() as address, ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        own = stack.enter_context(_own(runner, f"{address}/long/ours"))
        raw = stack.enter_context(_raw(runner, f"{address}/long/raw"))
        official = stack.enter_context(_official(f"{address}/long/official"))
        beside_raw = interleave({"ours": own, "raw aiohttp": raw}, turns=raw_turns)
        beside_official = interleave({"ours": own, "official": official}, turns=official_turns)
        turns = raw_turns + 1, official_turns + 1  # with the warm-ups
        _check(f"{address}/long/ours", sum(turns))
        _check(f"{address}/long/raw", turns[0])
        _check(f"{address}/long/official", turns[1])
    name = f"waits of {REQUESTS - 1} polls, {WAITS:,} at once"
    return [
        compare(
            name,
            beside_raw,
            rival="raw aiohttp",
            unit="ms",
            demanded=MOST_BESIDE_RAW,
            scale=1e3,
        ),
        compare(
            name,
            beside_official,
            rival="official",
            unit="ms",
            demanded=MOST_BESIDE_OFFICIAL,
            scale=1e3,
        ),
    ]


@contextmanager
def _own(runner: asyncio.Runner, base_url: str) -> Generator[Callable[[], float]]:
    policy = Policy(poll_base=PAUSE, poll_max=PAUSE)
    api = LinkedApi(
        base_url=base_url,
        policy=policy,
        max_connections=CONNECTIONS,
        polls_per_second=None,
        **TOKENS,
    )

    async def wait(number: int) -> None:
        result = await api.run(FetchPerson(person_url=_url(number)))
        assert result.data is not None

    yield lambda: cpu(lambda: runner.run(_together(wait))) / WAITS
    runner.run(api.aclose())


@contextmanager
def _raw(runner: asyncio.Runner, base_url: str) -> Generator[Callable[[], float]]:
    session = runner.run(_open())
    start = URL(f"{base_url}/workflows", encoded=True)

    async def ask(poll: URL) -> Any:
        async with session.get(poll, raise_for_status=True) as response:
            return (await response.json())["result"]

    async def wait(number: int) -> None:
        tree: dict[str, object] = {
            "actionType": "st.openPersonPage",
            "personUrl": _url(number),
            "basicInfo": True,
            "then": [],
        }
        async with asyncio.timeout(600.0):
            async with session.post(start, json=tree, raise_for_status=True) as response:
                result = (await response.json())["result"]
            poll = URL(f"{start}/{result['workflowId']}", encoded=True)
            while result["workflowStatus"] == "running":
                await asyncio.sleep(PAUSE * random.uniform(0.8, 1.2))
                result = await ask(poll)
        assert result["completion"]

    yield lambda: cpu(lambda: runner.run(_together(wait))) / WAITS
    runner.run(session.close())


@contextmanager
def _official(base_url: str) -> Generator[Callable[[], float]]:
    client = linkedapi.LinkedApi(linkedapi.LinkedApiConfig(base_url=base_url, **TOKENS))
    operation = client.fetch_person

    def wait(number: int) -> None:
        started = operation.execute(FetchPersonParams(person_url=_url(number)))
        assert operation.result(started.workflow_id, poll_interval=PAUSE).data is not None

    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it warns of connections it cannot keep
    with ThreadPoolExecutor(WAITS) as threads:
        yield lambda: cpu(lambda: list(threads.map(wait, range(WAITS)))) / WAITS


async def _open() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={
            "linked-api-token": "main-token",
            "identification-token": "account-token",
            "Accept": "application/json",
        },
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
        timeout=aiohttp.ClientTimeout(total=20.0, connect=5.0),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def _together(wait: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*map(wait, range(WAITS)))


def _url(number: int) -> str:
    return f"https://www.linkedin.com/in/person-{number}"


def _check(base_url: str, turns: int) -> None:
    """Hold that a contestant sent as many requests as all others.

    Raises:
        RuntimeError: It did not.
    """
    requests, expected = seen(base_url).requests, turns * WAITS * REQUESTS
    if requests != expected:
        msg = f"{base_url} saw {requests} requests instead of {expected}: the figures are void"
        raise RuntimeError(msg)
