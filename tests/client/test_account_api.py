"""The seed's generation: result links, replies held open, results that go elsewhere."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from aiohttp import web

from linkedapi_async import (
    FatalError,
    LinkedApi,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.events import Event, WorkflowFinished, WorkflowStarted
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import Body, FakeClock, Sandbox

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve: TypeAlias = Callable[[Handler], Awaitable[str]]

SENT = {"status": "completed", "completion": {"actionType": "st.sendMessage", "success": True}}
SIGNED_OUT = {
    "status": "failed",
    "error": {"type": "linkedinAccountSignedOut", "message": "Signed out."},
}


class HeldOpen:
    """A service that ignores `result-handling` and answers when the workflow is over."""

    def __init__(self, clock: FakeClock, reply: Any, duration: float = 1200.0) -> None:
        self.seen: list[tuple[str, str]] = []
        self._clock = clock
        self._reply = reply
        self._duration = duration

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Take the request, wait, and answer."""
        self.seen.append((request.method, request.path))
        await self._clock.sleep(self._duration)
        return web.json_response(self._reply)


async def test_result_link(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """A link is asked for, followed with the tokens, and is the workflow's id."""
    result = await connect("account_api").run(writing)

    start, poll = sandbox.log.requests()
    assert (start.method, start.path) == ("POST", "/account/workflow")
    assert poll.path.startswith("/account/results/")
    assert result.workflow_id == f"{sandbox.base_url}{poll.path}"
    assert len(sandbox.log.effects()) == 1


async def test_reply_held_open(
    connect: Callable[..., LinkedApi],
    clock: FakeClock,
    told: list[Event],
    serve: Serve,
    writing: SendMessage,
) -> None:
    """A reply held open for twenty minutes is waited for, and is the end itself."""
    service = HeldOpen(clock, SENT)
    api = connect("account_api", base_url=await serve(service), deadline=3600.0)

    handle = await api.start(writing)
    result = await handle.result()

    assert result.errors == ()
    assert result.workflow_id is None
    assert (await handle.status()).state == "completed"
    assert clock.now() == pytest.approx(1200)
    assert service.seen == [("POST", "/account/workflow")]
    assert [type(event) for event in told] == [WorkflowStarted, WorkflowFinished]


async def test_failure_held_open_is_never_posted_again(
    connect: Callable[..., LinkedApi],
    clock: FakeClock,
    serve: Serve,
    writing: SendMessage,
    holding: Any,
) -> None:
    """A held-open failure of a write may come after it ran, so it is raised, hold or not."""
    service = HeldOpen(clock, SIGNED_OUT)
    api = connect("account_api", base_url=await serve(service), policy=holding)

    with pytest.raises(UserActionRequired) as caught:
        await api.run(writing)

    assert caught.value.certainty == "accepted"
    assert len(service.seen) == 1


@pytest.mark.parametrize("reads", [False, True], ids=["write", "read"])
async def test_held_open_beyond_the_deadline(
    *,
    connect: Callable[..., LinkedApi],
    clock: FakeClock,
    serve: Serve,
    reading: FetchPerson,
    writing: SendMessage,
    reads: bool,
) -> None:
    """A reply that does not come before the deadline leaves a write of unknown outcome."""
    service = HeldOpen(clock, SENT)
    api = connect("account_api", base_url=await serve(service), deadline=60.0)
    call: Awaitable[object] = api.run(reading) if reads else api.run(writing)

    with pytest.raises(TransientError if reads else OutcomeUnknown) as caught:
        await call

    assert clock.now() == pytest.approx(60)
    assert caught.value.code == "requestTimeout"
    assert len(service.seen) == 1


async def test_result_that_goes_to_a_webhook(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """Without a link there is nothing to wait for: raised as accepted, sent once."""
    body = {"status": "running", "progress": {"message": "…", "webhook": "https://hooks.example"}}
    sandbox.inject(Body(json.dumps(body).encode()), runs=True)

    with pytest.raises(FatalError) as caught:
        await connect("account_api").run(writing)

    assert caught.value.code == "resultSentElsewhere"
    assert caught.value.certainty == "accepted"
    assert len(sandbox.log.requests()) == 1


async def test_link_to_another_origin(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    serve: Serve,
    clock: FakeClock,
    writing: SendMessage,
) -> None:
    """A link that leads away from the service gets no request, and so no token."""
    elsewhere = HeldOpen(clock, SENT, duration=0.0)
    link = f"{await serve(elsewhere)}/account/results/1"
    body = {"status": "running", "progress": {"message": "…", "resultLink": link}}
    sandbox.inject(Body(json.dumps(body).encode()), runs=True)

    with pytest.raises(FatalError) as caught:
        await connect("account_api").run(writing)

    assert caught.value.code == "foreignResultLink"
    assert caught.value.certainty == "accepted"
    assert caught.value.workflow_id == link
    assert not elsewhere.seen
    assert len(sandbox.log.requests()) == 1


@pytest.mark.parametrize("word", ["running", "pending", "brewing"])
async def test_progress_of_any_word(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson, word: str
) -> None:
    """Whatever word stands beside the link, the link is followed."""
    api = connect("account_api")
    handle = await api.start(reading)
    link = str(handle.workflow_id)
    body = {"status": word, "process": {"message": "…", "resultLink": link}}
    sandbox.inject(Body(json.dumps(body).encode()))

    result = await api.run(reading)

    assert result.workflow_id == link
    assert result.data is not None
