"""New TLS connections when a hundred waits poll every 30 seconds, at true pauses.

What decides is how long idle connections are kept, on both sides, against a pause of 30 s, so the
pause cannot be made shorter without changing the answer. All contestants therefore wait at the same
time, in one fresh process that is idle for most of it. Counted are the connections opened for a
round of polls, once everything has started.

- The package and raw aiohttp come with their defaults: aiohttp keeps a connection for 15 s. Raw
  tasks started together pause together, and find none of them left.
- The official SDK has a thread for each wait. One client for all of them (an application has one
  account, or a few) keeps ten connections; a client for each thread keeps one for each.
- Services drop idle connections too. Most of the run is against one that drops them after 75 s
  (the default of nginx); the last lines against one that does after 5 s (that of Node).
"""

import asyncio
import logging
import os
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import attrs
import linkedapi
import requests
import trustme
from linkedapi.http import LinkedApiHttpClient
from linkedapi.types import FetchPersonParams

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from tests.benchmarks.measure import (
    TOKENS,
    Row,
    Seen,
    compare,
    cpu,
    in_child,
    interleave,
    report,
    seen,
    serving,
)

__all__ = ["measure"]

WAITS: Final = 100
PAUSE: Final = 30.0
SPREAD: Final = 0.2
MARGIN: Final = 2.0
MOST: Final = 1.0
PATIENT: Final = 75.0
HASTY: Final = 5.0
RIVALS: Final = {
    "raw": "raw aiohttp, in lockstep",
    "shared": "official, one client",
    "each": "official, a client each",
}
URL_OF_JANE: Final = "https://www.linkedin.com/in/jane-doe"


@attrs.frozen(kw_only=True)
class _Pems:
    """Files that make a server trusted.

    Attributes:
        server: Key and chain of the server.
        authority: What clients trust.
    """

    server: Path
    authority: Path


def measure(*, quick: bool) -> list[Row]:
    """Return new connections for each 100 polls, and the CPU that a new one costs."""
    with ExitStack() as stack:
        pems = stack.enter_context(_certified())
        context = ssl.create_default_context(cafile=pems.authority)
        patient = stack.enter_context(serving(pems.server, idle=PATIENT))
        hasty = stack.enter_context(serving(pems.server, idle=HASTY))
        opened = _opened(pems, context, patient, hasty)
        kept = _cost(f"{patient}/running", context, turns=3 if quick else 7)
    ours = opened[f"{patient}/running/ours"]
    name = "connections for 100 polls"
    return [
        Row(
            name=name,
            unit="new",
            ours=ours,
            against=f"{WAITS} waits, every {PAUSE:.0f} s",
            compared=ours,
            demanded=MOST,
        ),
        *(_beside(name, ours, RIVALS[who], opened[f"{patient}/running/{who}"]) for who in RIVALS),
        _beside(
            f"{name}, dropped after {HASTY:.0f} s",
            opened[f"{hasty}/running/ours"],
            RIVALS["raw"],
            opened[f"{hasty}/running/raw"],
        ),
        kept,
    ]


def _beside(name: str, ours: float, who: str, theirs: float) -> Row:
    return Row(
        name=name,
        unit="new",
        ours=ours,
        against=who,
        rival=theirs,
        compared=ours / theirs if theirs else float(ours > 0),
    )


def _opened(pems: _Pems, context: ssl.SSLContext, patient: str, hasty: str) -> dict[str, float]:
    """Return the new connections for each 100 polls, by the address of the contestant."""
    bases = [f"{patient}/running/{who}" for who in ("ours", *RIVALS)]
    bases += [f"{hasty}/running/{who}" for who in ("ours", "raw")]
    with in_child(poll_all, patient, hasty, pems.authority) as child:
        child.hear()
        child.prompt()

        def look() -> dict[str, Seen]:
            return {base: seen(base, context=context) for base in bases}

        def is_started() -> bool:
            # The official SDK polls at once, and so often anew from then on.
            return all(
                found.requests >= WAITS * (2 if base.endswith(("shared", "each")) else 1)
                for base, found in look().items()
            )

        child.wait_until(is_started, what="every wait started")
        before = look()
        time.sleep(PAUSE * (1 + SPREAD) + MARGIN)
        after = look()
    found: dict[str, float] = {}
    for base in bases:
        polls = after[base].requests - before[base].requests
        if polls < WAITS:
            msg = f"{base} saw {polls} polls instead of {WAITS}: the figures are void"
            raise RuntimeError(msg)
        found[base] = 100.0 * (after[base].connections - before[base].connections) / polls
    return found


def _cost(base_url: str, context: ssl.SSLContext, *, turns: int) -> Row:
    """Return the CPU of a poll on a kept connection beside that on a new one."""
    polls = 50
    address = f"{base_url}/cost/workflows/wf-1"

    async def ask(*, keeps: bool) -> None:
        connector = aiohttp.TCPConnector(ssl=context, force_close=not keeps)
        async with aiohttp.ClientSession(connector=connector) as session:
            for _ in range(polls):
                async with session.get(address) as response:
                    await response.json()

    with asyncio.Runner() as runner:
        taken = interleave(
            {
                "ours": lambda: cpu(lambda: runner.run(ask(keeps=True))) / polls,
                "a new connection": lambda: cpu(lambda: runner.run(ask(keeps=False))) / polls,
            },
            turns=turns,
        )
    return compare(
        "a poll over a kept connection", taken, rival="a new connection", unit="us", scale=1e6
    )


@contextmanager
def _certified() -> Generator[_Pems]:
    """Bring the files of an authority and a certificate of its making."""
    authority = trustme.CA()
    with TemporaryDirectory() as folder:
        pems = _Pems(server=Path(folder, "server.pem"), authority=Path(folder, "authority.pem"))
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pems.server)
        authority.cert_pem.write_to_path(pems.authority)
        yield pems


# ── what runs in the child ──


def poll_all(patient: str, hasty: str, authority: str) -> None:
    """Wait as every contestant, until killed."""
    logging.disable()  # a client shared by many threads warns of every connection it cannot keep
    report()
    _official(f"{patient}/running", authority)
    context = ssl.create_default_context(cafile=authority)
    asyncio.run(_poll_all([f"{patient}/running", f"{hasty}/running"], context))


def _official(base_url: str, authority: str) -> None:
    """Start the threads of both ways to use the official SDK."""
    shared = _client(f"{base_url}/shared", authority)

    def wait(client: linkedapi.LinkedApi) -> None:
        started = client.fetch_person.execute(FetchPersonParams(person_url=URL_OF_JANE))
        client.fetch_person.result(started.workflow_id, poll_interval=PAUSE)
        os._exit(1)  # nothing ends here

    for _ in range(WAITS):
        for client in (shared, _client(f"{base_url}/each", authority)):
            threading.Thread(target=wait, args=(client,), daemon=True).start()


def _client(base_url: str, authority: str) -> linkedapi.LinkedApi:
    config = linkedapi.LinkedApiConfig(base_url=base_url, **TOKENS)
    session = requests.Session()
    session.verify = authority
    session.trust_env = False  # the environment's bundle would count more than ours
    return linkedapi.LinkedApi(LinkedApiHttpClient(config, session=session))


async def _poll_all(bases: list[str], context: ssl.SSLContext) -> None:
    async with asyncio.TaskGroup() as group:
        for base in bases:
            group.create_task(_own(f"{base}/ours", context))
            group.create_task(_raw(f"{base}/raw", context))


async def _own(base_url: str, context: ssl.SSLContext) -> None:
    policy = Policy(poll_base=PAUSE, poll_max=PAUSE)
    async with LinkedApi(base_url=base_url, policy=policy, ssl=context, **TOKENS) as api:
        waits = (api.run(FetchPerson(person_url=URL_OF_JANE)) for _ in range(WAITS))
        await asyncio.gather(*waits)


async def _raw(base_url: str, context: ssl.SSLContext) -> None:
    connector = aiohttp.TCPConnector(ssl=context)
    start = f"{base_url}/workflows"
    async with aiohttp.ClientSession(connector=connector) as session:

        async def wait() -> None:
            async with session.post(start, json={"actionType": "st.openPersonPage"}) as response:
                poll = f"{start}/{(await response.json())['result']['workflowId']}"
            while True:
                await asyncio.sleep(PAUSE)
                async with session.get(poll) as response:
                    await response.json()

        await asyncio.gather(*(wait() for _ in range(WAITS)))
