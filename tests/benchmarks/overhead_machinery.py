"""What policy and retry machinery add to a call that succeeds, without I/O."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Final

from linkedapi_async import CustomWorkflow, LinkedApi, Policy
from linkedapi_async._clock import SystemClock
from linkedapi_async._messages import Purpose, Reply, Request
from linkedapi_async._session import Session
from linkedapi_async._transport import Delivery, Settings, Transport
from tests.benchmarks.measure import Row, cpu, interleave

__all__ = ["measure"]

NOW: Final = datetime.now(UTC)
STARTED: Final = b'{"success":true,"result":{"workflowId":"wf-1","workflowStatus":"running"}}'
DONE: Final = (
    b'{"success":true,"result":{"workflowStatus":"completed","completion":'
    b'{"actionType":"st.retrieveSSI","success":true,"data":{"ssi":71}}}}'
)
POLICY: Final = Policy(poll_base=1e-9, poll_max=1e-9)


class _Answering(Transport):
    """A transport that has the reply at hand."""

    async def send(
        self,
        request: Request,
        tokens: Mapping[str, str],
        *,
        connect_timeout: float,
        read_timeout: float,
        remaining: float | None,
        delivery: Delivery,
    ) -> Reply:
        return Reply(200, {}, STARTED if request.method == "POST" else DONE, NOW)


def measure(*, quick: bool) -> list[Row]:
    """Return microseconds for each call."""
    turns, calls = (5, 4_000) if quick else (21, 10_000)
    with asyncio.Runner() as runner:
        api = LinkedApi(
            linked_api_token="main",
            identification_token="account",
            policy=POLICY,
            polls_per_second=None,
        )
        session = runner.run(_session(api))

        async def send() -> int:
            return 1

        async def bare() -> None:
            for _ in range(calls):
                await send()

        async def executed() -> None:
            for _ in range(calls):
                call = session.call(Purpose.START, "customWorkflow", POLICY, reads_only=True)
                await session.executor.execute(call, send)

        async def paused() -> None:
            for _ in range(calls // 10):
                await asyncio.sleep(1e-9)

        async def whole() -> None:
            operation = CustomWorkflow({"actionType": "st.retrieveSSI"})
            for _ in range(calls // 10):
                await api.run(operation)

        taken = interleave(
            {
                "bare": lambda: cpu(lambda: runner.run(bare())) / calls,
                "executed": lambda: cpu(lambda: runner.run(executed())) / calls,
                "paused": lambda: cpu(lambda: runner.run(paused())) / (calls // 10),
                "whole": lambda: cpu(lambda: runner.run(whole())) / (calls // 10),
            },
            turns=turns,
        )
        runner.run(api.aclose())
    return [
        _difference("overhead_machinery", taken["executed"], taken["bare"], demanded=10.0),
        _difference("  a whole run of two requests, decoded", taken["whole"], taken["paused"]),
    ]


async def _session(api: LinkedApi) -> Session:
    session = api._line()
    settings = Settings(base_url="http://127.0.0.1", headers={})
    session.trunk.transport = _Answering(settings, SystemClock())
    return session


def _difference(
    name: str,
    with_it: Sequence[float],
    without: Sequence[float],
    *,
    demanded: float | None = None,
) -> Row:
    low, _, high = quantiles([1e6 * (a - b) for a, b in zip(with_it, without, strict=True)], n=4)
    own = 1e6 * (median(with_it) - median(without))
    return Row(
        name=name,
        unit="us",
        ours=own,
        against="awaiting alone",
        compared=own,
        spread=f"({low:.3g} to {high:.3g} us)",
        demanded=demanded,
    )
