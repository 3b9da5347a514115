"""Under total failure, retries stay a small share of the traffic."""

import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import LinkedApi, Policy, TransientError
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Sandbox


@pytest.fixture
def calls(*, soaking: bool) -> int:
    """How many calls meet the outage."""
    return 10_000 if soaking else 1_000


@pytest.mark.soak
@pytest.mark.parametrize("policy", [Policy.service(), Policy.batch()], ids=["service", "batch"])
async def test_everything_answers_503(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    all_of: Callable[..., Awaitable[list[Any]]],
    reading: FetchPerson,
    calls: int,
    policy: Policy,
) -> None:
    """503 on everything: a tenth of the calls is sent again, plus three."""
    sandbox.inject(503, on="any", times=None)
    api = connect(policy=policy)

    outcomes = [
        outcome
        for _ in range(calls // 500)
        for outcome in await all_of(*(api.run(reading) for _ in range(500)))
    ]

    assert {type(error) for error in outcomes} == {TransientError}
    retries = len(sandbox.log.requests()) - calls
    assert 0 < retries <= calls * 0.1 + 3
    assert sum(error.attempts for error in outcomes) == calls + retries


@pytest.mark.soak
async def test_nobody_listens(
    connect: Callable[..., LinkedApi],
    all_of: Callable[..., Awaitable[list[Any]]],
    reading: FetchPerson,
    calls: int,
) -> None:
    """Refused connections: the same share, though every one is proved unsent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        api = connect(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")

        outcomes = [
            outcome
            for _ in range(calls // 500)
            for outcome in await all_of(*(api.run(reading) for _ in range(500)))
        ]

    assert {(type(e), e.code, e.certainty) for e in outcomes} == {
        (TransientError, "connectionFailed", "not_sent")
    }
    retries = sum(error.attempts for error in outcomes) - calls
    assert 0 < retries <= calls * 0.1 + 3
