"""Waiting survives whatever passes by itself, and stops at once for what does not."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from linkedapi_async import FatalError, LinkedApi, Policy, TransientError
from linkedapi_async.events import BackingOff, Drift, Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import (
    Body,
    Close,
    Drop,
    FakeClock,
    Html,
    Null,
    Reset,
    Sandbox,
    Stall,
    Truncate,
)
from linkedapi_async.testing.faults import Fault

PASSING = [
    429,
    408,
    425,
    500,
    502,
    "tooManyRequests",
    Body(b'{"success": false, "message": "maintenance"}', status=503),
    Body(b'{"error": {"type": "somethingNew", "message": "?"}}', status=503),
    Html(),
    Html(status=502),
    Null(),
    Body(b""),
    Body(b"[]"),
    Body(b'{"success": true, "result": {}, "status": null}'),
    Truncate(after=5),
    Reset("request"),
    Reset("reply"),
    Reset("reply", after=40),
    Close("reply"),
    Stall("reply"),
    Stall("reply", after=40),
    Drop(),
]


@pytest.mark.parametrize("fault", PASSING, ids=repr)
@pytest.mark.parametrize("is_spent", [False, True], ids=["budget", "no-budget"])
async def test_passing_failure_in_the_middle(
    *,
    connect: Callable[..., LinkedApi],
    slow_sandbox: Sandbox,
    reading: FetchPerson,
    writing: SendMessage,
    wire: str,
    fault: Fault | str | int,
    is_spent: bool,
) -> None:
    """A poll that fails passingly, thrice in a row, ends no wait, also when no retry is left."""
    tokens: Any = slow_sandbox.tokens
    given: dict[str, Any] = {
        "base_url": slow_sandbox.base_url,
        "identification_token": tokens.identification_token,
    }
    main = "linked_api_token" if wire == "linked_api" else "account_api_token"
    api = connect(wire, **given, **{main: getattr(tokens, main)})
    if is_spent:
        with slow_sandbox.inject(503, times=None):
            for _ in range(5):
                with pytest.raises(TransientError):
                    await api.run(reading)
        spent = len(slow_sandbox.log.requests("start"))
        assert spent < 5 * api.policy.max_attempts  # the bucket is empty
        slow_sandbox.log.clear()
    injection = slow_sandbox.inject(fault, on="poll", skip=1, times=3)

    result = await api.run(writing)

    assert result.errors == ()
    assert injection.hits == 3
    assert len(slow_sandbox.log.requests("start")) == 1
    assert len(slow_sandbox.log.effects()) == 1


async def test_polls_do_not_spend_the_budget(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """Twenty failed polls leave the retries of later starts alone."""
    api = connect()
    sandbox.inject(503, on="poll", times=20)
    await api.run(reading)
    sandbox.inject(503, times=2)

    result = await api.run(reading)

    assert result.data is not None
    assert [e.purpose for e in told if isinstance(e, BackingOff)] == ["poll"] * 20 + ["start"] * 2


async def test_throttled_poll_comes_back_when_asked(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A poll that is told when to come back does not come earlier."""
    sandbox.inject(429, on="poll", headers={"Retry-After": "25"})

    await connect().run(reading)

    first, second = sandbox.log.requests("poll")
    assert second.at - first.at >= 25


async def test_absurd_retry_after_does_not_end_a_wait(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A poll told to come back in days comes back after the cap: the workflow is not lost."""
    sandbox.inject(429, on="poll", headers={"Retry-After": "412345"})

    result = await connect().run(reading)

    assert result.data is not None
    first, second = sandbox.log.requests("poll")
    assert second.at - first.at <= Policy.service().retry_after_cap + 15


async def test_pauses_grow(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    reading: FetchPerson,
) -> None:
    """Ten minutes of waiting cost tens of polls, not hundreds."""
    sandbox.inject(
        Body(b'{"success": true, "result": {"workflowStatus": "running"}}'), on="poll", times=None
    )

    with pytest.raises(TimeoutError):
        await connect().run(reading)

    polls = [request.at for request in sandbox.log.requests("poll")]
    pauses = [b - a for a, b in pairwise(polls)]
    assert 30 <= len(polls) <= 80
    assert sum(pauses[:10]) < sum(pauses[-11:-1]) < 10 * Policy.service().poll_max * 1.2


@pytest.mark.parametrize("word", ["linked_api", "linked_api_v3"])
async def test_unknown_id(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], word: str
) -> None:
    """An id the service does not know raises after one request; the word is told as drift."""
    handle = connect(word).attach(FetchPerson, "wf-00000000")

    with pytest.raises(FatalError) as caught:
        await handle.result()

    assert caught.value.code == "workflowNotFound"
    assert caught.value.workflow_id == "wf-00000000"
    assert len(sandbox.log.requests()) == 1
    assert [e.word for e in told if isinstance(e, Drift)] == ["workflowNotFound"]


async def test_unknown_status_words_count_as_running(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """A status newer than this version is waited out, and told once."""
    sandbox.inject(
        Body(b'{"success": true, "result": {"workflowStatus": "pondering"}}'), on="poll", times=5
    )
    api = connect()
    handle = await api.start(reading)

    status = await handle.status()
    result = await handle.result()

    assert status.state == "unknown"
    assert result.data is not None
    assert [(e.kind, e.word) for e in told if isinstance(e, Drift)] == [("status", "pondering")]


@pytest.mark.parametrize(
    ("status", "sends"), [(200, 1), (400, 1), (403, 1), (408, 1), (429, 3), (500, 3), (503, 3)]
)
async def test_unknown_error_types_are_judged_by_status(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    reading: FetchPerson,
    status: int,
    sends: int,
) -> None:
    """A type nobody knows is retried on 429 and 5xx only, and told once."""
    body = b'{"success": false, "error": {"type": "signedOutOfTooMany", "message": "?"}}'
    sandbox.inject(Body(body, status=status), times=None)
    api = connect()
    expected = TransientError if sends > 1 else FatalError

    with pytest.raises(expected) as caught:
        await api.run(reading)
    with pytest.raises(expected):
        await api.run(reading)

    assert caught.value.code == "signedOutOfTooMany"
    assert caught.value.attempts == sends
    assert [(e.kind, e.word) for e in told if isinstance(e, Drift)] == [
        ("error", "signedOutOfTooMany")
    ]


async def test_unknown_failure_reason(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """A workflow that failed for a reason nobody knows raises at once, and is told as drift."""
    body = (
        b'{"success": true, "result": {"workflowStatus": "failed", '
        b'"failure": {"reason": "newReason", "message": "?"}}}'
    )
    sandbox.inject(Body(body), on="poll")

    with pytest.raises(FatalError) as caught:
        await connect().run(reading)

    assert caught.value.code == "newReason"
    assert len(sandbox.log.requests("start")) == 1
    assert [e.word for e in told if isinstance(e, Drift)] == ["newReason"]
