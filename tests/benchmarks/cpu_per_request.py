"""CPU of the client for each HTTP request at concurrency 64: a start and three polls.

Rivals send the same requests to the same server and pause as long between them.

- `raw aiohttp` is what a careful person writes by hand: one session without cookies, the same three
  bounds (on connecting, on the whole reply, on the call), and the JSON that aiohttp offers. It does
  not retry, type, validate or announce anything, does not know what was sent when it fails, and
  cannot be cancelled without losing the workflow. The package parses with msgspec, which on replies
  this small spares it one or two microseconds of each request, no more.
- The official SDK gets 64 threads and one client (so one kept connection) for each of them. It has
  no timeouts. It asks at once after the start, so it pauses once less.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Final
from urllib.request import urlopen

import aiohttp
import attrs
import linkedapi
import requests
from linkedapi.http import LinkedApiHttpClient
from linkedapi.types import FetchPersonParams
from yarl import URL

from linkedapi_async import CustomWorkflow, LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from linkedapi_async.operations._base import Operation
from tests.benchmarks.measure import Row, compare, cpu, interleave, serving

__all__ = ["POLICY", "measure"]

TASKS: Final = 64
REQUESTS: Final = 4
PAUSE: Final = 0.001
POLICY: Final = Policy(poll_base=PAUSE, poll_max=PAUSE)
URL_OF_JANE: Final = "https://www.linkedin.com/in/jane-doe"
HEADERS: Final = {
    "linked-api-token": "main-token",
    "identification-token": "account-token",
    "client": "raw",
    "Content-Type": "application/json",
    "Accept": "application/json",
}


@attrs.frozen(kw_only=True)
class Case:
    """One operation, as each contestant says it.

    Attributes:
        name: What it is called in the table.
        ours: The operation.
        tree: The workflow by hand.
        official: Runs it with the official client.
    """

    name: str
    ours: Operation[Any]
    tree: dict[str, object]
    official: Callable[[linkedapi.LinkedApi], object]


def _official_custom(client: linkedapi.LinkedApi) -> object:
    operation = client.custom_workflow
    started = operation.execute({"actionType": "st.retrieveSSI"})
    return operation.result(started.workflow_id, poll_interval=PAUSE).data


def _official_person(client: linkedapi.LinkedApi) -> object:
    operation = client.fetch_person
    started = operation.execute(FetchPersonParams(person_url=URL_OF_JANE))
    return operation.result(started.workflow_id, poll_interval=PAUSE).data


CASES: Final = (
    Case(
        name="CustomWorkflow",
        ours=CustomWorkflow({"actionType": "st.retrieveSSI"}),
        tree={"actionType": "st.retrieveSSI"},
        official=_official_custom,
    ),
    Case(
        name="FetchPerson",
        ours=FetchPerson(person_url=URL_OF_JANE),
        tree={
            "actionType": "st.openPersonPage",
            "personUrl": URL_OF_JANE,
            "basicInfo": True,
            "then": [],
        },
        official=_official_person,
    ),
)


def measure(*, quick: bool) -> list[Row]:
    """Return what each request costs beside both rivals."""
    turns, workflows = (3, 4) if quick else (7, 6)
    rows: list[Row] = []
    with serving() as address:
        for case in CASES:
            rows += _case(case, f"{address}/fast", turns=turns, workflows=workflows)
        _check_count(address, expected=len(CASES) * 3 * (turns + 1) * TASKS * workflows * REQUESTS)
    return rows


def _case(case: Case, address: str, *, turns: int, workflows: int) -> list[Row]:
    sent = TASKS * workflows * REQUESTS
    config = linkedapi.LinkedApiConfig(
        linked_api_token="main-token", identification_token="account-token", base_url=address
    )
    sessions = [requests.Session() for _ in range(TASKS)]
    clients = [
        linkedapi.LinkedApi(LinkedApiHttpClient(config, session=session)) for session in sessions
    ]
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(TASKS))
        runner = stack.enter_context(asyncio.Runner())
        api = LinkedApi(
            linked_api_token="main-token",
            identification_token="account-token",
            base_url=address,
            policy=POLICY,
            polls_per_second=None,
        )
        stack.callback(lambda: runner.run(api.aclose()))
        session = runner.run(_open())
        stack.callback(lambda: runner.run(session.close()))
        for kept in sessions:
            stack.enter_context(kept)

        def official(client: linkedapi.LinkedApi) -> None:
            for _ in range(workflows):
                assert case.official(client) is not None

        async def ours() -> None:
            for _ in range(workflows):
                result = await api.run(case.ours)
                assert result.data is not None

        async def raw() -> None:
            for _ in range(workflows):
                assert await _raw(session, address, case.tree) is not None

        def together(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
            return cpu(lambda: runner.run(_gather(work))) / sent

        samples = interleave(
            {
                "ours": lambda: together(ours),
                "raw aiohttp": lambda: together(raw),
                "official": lambda: cpu(lambda: list(threads.map(official, clients))) / sent,
            },
            turns=turns,
        )
    name = f"cpu_per_request {case.name}"
    return [
        compare(name, samples, rival="raw aiohttp", unit="us", demanded=1.3, scale=1e6),
        compare(name, samples, rival="official", unit="us", demanded=0.15, scale=1e6),
    ]


async def _open() -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=POLICY.read_timeout, connect=POLICY.connect_timeout)
    return aiohttp.ClientSession(
        headers=HEADERS, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )


async def _raw(session: aiohttp.ClientSession, address: str, tree: dict[str, object]) -> object:
    async with asyncio.timeout(POLICY.deadline):
        return await _raw_workflow(session, address, tree)


async def _raw_workflow(
    session: aiohttp.ClientSession, address: str, tree: dict[str, object]
) -> object:
    start = URL(f"{address}/workflows", encoded=True)
    async with session.post(start, json=tree, raise_for_status=True) as response:
        result = (await response.json())["result"]
    poll = URL(f"{address}/workflows/{result['workflowId']}", encoded=True)
    while result["workflowStatus"] == "running":
        await asyncio.sleep(PAUSE * random.uniform(0.8, 1.2))  # the package spreads its polls too
        async with session.get(poll, raise_for_status=True) as response:
            result = (await response.json())["result"]
    return result["completion"]


async def _gather(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*(work() for _ in range(TASKS)))


def _check_count(address: str, *, expected: int) -> None:
    with urlopen(f"{address}/count") as reply:  # noqa: S310 - our own server
        seen = int(reply.read())
    if seen != expected:
        msg = f"the server saw {seen} requests instead of {expected}: the figures are void"
        raise RuntimeError(msg)
