"""How much later than its deadline a call ends, wherever it is caught, on the real clock.

Every sample is a client of its own with a deadline of one second. Samples of all phases run side
by side, begun one after the other, so that no two end at the same moment. Below zero a call gave up
early, because the next attempt would not have fitted.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from statistics import median
from typing import Final

import attrs

from linkedapi_async import CustomWorkflow, LinkedApi, LinkedApiError, Policy
from linkedapi_async._credentials import Token
from tests.benchmarks.measure import Row, serving

__all__ = ["measure"]

DEADLINE: Final = 1.0
MOST: Final = 50.0
STAGGER: Final = 0.015
# Nothing but the deadline may end a call here.
PATIENT: Final = Policy(
    connect_timeout=30.0,
    read_timeout=30.0,
    max_attempts=1000,
    base_delay=0.1,
    max_delay=0.1,
    poll_base=0.1,
    poll_max=0.1,
    deadline=DEADLINE,
)
TOKEN: Final = "account-token"
HOLDING: Final = attrs.evolve(PATIENT, on_user_action="hold")
WIDE: Final = attrs.evolve(PATIENT, base_delay=0.6, max_delay=0.6)
READS: Final = CustomWorkflow({"actionType": "st.retrieveSSI"})
WRITES: Final = CustomWorkflow({"actionType": "st.sendMessage", "personUrl": "u", "text": "t"})

Sample = Callable[[], Awaitable[float]]


def measure(*, quick: bool) -> list[Row]:
    """Return the overshoot of each phase: the median, and the worst against the demand."""
    rounds = 5 if quick else 25
    with serving() as address, _full_backlog() as full:
        taken = asyncio.run(_take(_phases(address, full), rounds))
    return [_row(phase, overshoots) for phase, overshoots in taken.items()]


def _phases(address: str, full: str) -> dict[str, Sample]:
    silent_tls = address.replace("http:", "https:")
    return {
        "connecting, backlog full": lambda: _run(full),
        "connecting, TLS silent": lambda: _run(silent_tls),
        "start unanswered (reads)": lambda: _run(f"{address}/silent"),
        "start unanswered (writes)": lambda: _run(f"{address}/silent", WRITES),
        "reply stalled half-way": lambda: _run(f"{address}/stalled"),
        "poll unanswered": lambda: _run(f"{address}/mute-polls"),
        "pause between polls": lambda: _run(f"{address}/running"),
        "back-off of a start": lambda: _run(f"{address}/busy", policy=WIDE),
        "back-off of a poll": lambda: _run(f"{address}/busy-polls"),
        "held for a person": lambda: _run(f"{address}/signed-out", policy=HOLDING),
        "token callable hangs": lambda: _run(f"{address}/silent", token=_hang),
        "queue for a connection": lambda: _queued(f"{address}/mute-polls"),
    }


async def _take(phases: dict[str, Sample], rounds: int) -> dict[str, list[float]]:
    for sample in phases.values():
        await sample()  # what is imported and opened once is no overshoot
    taken: dict[str, list[float]] = {phase: [] for phase in phases}

    async def take(phase: str, sample: Sample, begins_in: float) -> None:
        await asyncio.sleep(begins_in)
        taken[phase].append(await sample())

    async with asyncio.TaskGroup() as group:
        for turn in range(rounds):
            for place, (phase, sample) in enumerate(phases.items()):
                begins_in = (turn * len(phases) + place) * STAGGER
                group.create_task(take(phase, sample, begins_in))
    return taken


async def _run(
    address: str,
    operation: CustomWorkflow = READS,
    *,
    policy: Policy = PATIENT,
    token: Token = TOKEN,
) -> float:
    async with _client(address, policy, token) as api:
        return await _overshoot(api, operation)


async def _queued(address: str) -> float:
    """Take the only connection, then wait for it."""
    async with _client(address, PATIENT, TOKEN, max_connections=1) as api:
        handle = api.with_options(deadline=3 * DEADLINE).attach(CustomWorkflow, "wf-1")
        holder = asyncio.create_task(handle.status())
        await asyncio.sleep(0.1)
        try:
            return await _overshoot(api, READS)
        finally:
            holder.cancel()
            await asyncio.wait((holder,))


def _client(address: str, policy: Policy, token: Token, *, max_connections: int = 500) -> LinkedApi:
    return LinkedApi(
        linked_api_token="main-token",
        identification_token=token,
        base_url=address,
        policy=policy,
        max_connections=max_connections,
    )


async def _overshoot(api: LinkedApi, operation: CustomWorkflow) -> float:
    began = time.perf_counter()
    try:
        result = await api.run(operation)
    except LinkedApiError:
        return time.perf_counter() - began - DEADLINE
    msg = f"a call that cannot succeed brought {result}"
    raise AssertionError(msg)


async def _hang() -> str:
    await asyncio.sleep(3600)
    return ""


@contextmanager
def _full_backlog() -> Generator[str, None, None]:
    """Bring the address of a port where connecting takes for ever: nobody accepts there."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        place = listener.getsockname()
        queue = [socket.socket() for _ in range(8)]
        try:
            for waiting in queue:
                waiting.setblocking(False)  # noqa: FBT003 - the name of the method says it
                waiting.connect_ex(place)
            yield f"http://127.0.0.1:{place[1]}"
        finally:
            for waiting in queue:
                waiting.close()


def _row(phase: str, overshoots: list[float]) -> Row:
    worst = 1e3 * max(overshoots)
    return Row(
        name=f"deadline_overshoot {phase}",
        unit="ms",
        ours=1e3 * median(overshoots),
        against=f"deadline, {len(overshoots)} calls",
        compared=worst,
        spread=f"(worst {worst:.3g} ms)",
        demanded=MOST,
    )
