import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import attrs
import pytest

from linkedapi_async import Certainty, LinkedApi, OutcomeUnknown, Policy
from linkedapi_async._clock import Clock
from linkedapi_async.events import Event, WorkflowStarted
from linkedapi_async.operations import FetchPerson, SendConnectionRequest, SendMessage
from linkedapi_async.testing import Close, FakeClock, Reset, Sandbox, Stall

Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Connect = Callable[..., LinkedApi]


@attrs.frozen
class Sizes:
    """How many bytes there are to cut.

    Attributes:
        request: Of the whole request.
        request_head: Of its head.
        reply: Of the whole reply.
        reply_head: Of its head.
    """

    request: int
    request_head: int
    reply: int
    reply_head: int

    def offsets(self, side: str, *, all_of_them: bool) -> Iterator[int]:
        """Return where to cut: every byte, or the places where something changes and some between.

        One more than there are means: after everything.
        """
        size, head = (
            (self.request, self.request_head)
            if side == "request"
            else (self.reply, self.reply_head)
        )
        if all_of_them:
            return iter(range(size + 2))
        edges = {0, 1, head - 1, head, head + 1, size - 1, size, size + 1}
        return iter(sorted(edges | set(range(0, size, 61))))


async def measure(sandbox: Sandbox, api: LinkedApi, operation: Any) -> Sizes:
    """Look at one undisturbed start."""
    sandbox.log.clear()
    await api.run(operation)
    (request,) = sandbox.log.requests("start")
    reply = next(r for r in sandbox.log.replies() if r.request == request.number)
    body = json.dumps(request.body, separators=(",", ":"), ensure_ascii=False).encode()
    tokens = sandbox.tokens
    headers = {
        "linked-api-token": tokens.linked_api_token,
        "account-api-token": tokens.account_api_token,
        "identification-token": tokens.identification_token,
        "result-handling": "reslink",
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(sandbox.base_url + request.path, data=body, headers=headers) as answer,
    ):
        reply_body = len(await answer.read())
    return Sizes(request.size, request.size - len(body), reply.size, reply.size - reply_body)


@pytest.mark.soak
@pytest.mark.parametrize("side", ["request", "reply"])
@pytest.mark.parametrize("cut", [Reset, Close, Stall])
@pytest.mark.parametrize("kind", [SendMessage, SendConnectionRequest])
async def test_cut_write_runs_at_most_once_and_is_told_honestly(
    *,
    kind: type[Any],
    cut: Any,
    side: Any,
    wire: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    message: SendMessage,
    invitation: SendConnectionRequest,
    soaking: bool,
) -> None:
    """Wherever a write's start is cut, it runs at most once and nobody claims it was not sent."""
    operation = message if kind is SendMessage else invitation
    api = connect(sandbox, wire)
    sizes = await measure(sandbox, api, operation)
    wrong: list[object] = []
    met = 0

    for offset in sizes.offsets(side, all_of_them=soaking):
        await clock.sleep(60)
        sandbox.account().relations.clear()
        sandbox.log.clear()
        sandbox.inject(cut(side, offset))
        outcome = await caught(api.run(operation))
        await clock.sleep(60)
        runs = side == "reply" or offset >= sizes.request
        comes_back = side == "reply" and offset >= sizes.reply
        seen = (
            len(sandbox.log.requests("start")),
            len(sandbox.log.effects()),
            type(outcome).__name__,
            getattr(outcome, "certainty", None),
        )
        expected = (
            (1, 1, "Result", None)
            if comes_back
            else (1, int(runs), "OutcomeUnknown", Certainty.MAYBE_ACCEPTED)
        )
        met += 1
        if seen != expected:
            wrong.append((offset, seen, expected))

    assert met > 8
    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("side", ["request", "reply"])
@pytest.mark.parametrize("cut", [Reset, Close, Stall])
async def test_cut_start_of_a_reading_workflow_is_repeated(
    *,
    cut: Any,
    side: Any,
    wire: str,
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    reading: FetchPerson,
    soaking: bool,
) -> None:
    """A workflow that only reads survives one cut anywhere; where a reply may be held, not a stall.

    The Account API may keep a reply back for as long as the workflow runs, so there the deadline
    alone ends a silence, and the call in `TransientError`.
    """
    sizes = await measure(sandbox, connect(sandbox, wire), reading)
    wrong: list[object] = []

    for offset in sizes.offsets(side, all_of_them=soaking):
        async with connect(sandbox, wire) as api:  # a new one: its retries are not spent yet
            sandbox.log.clear()
            injection = sandbox.inject(cut(side, offset))
            outcome = await caught(api.run(reading))
        came_back = side == "reply" and offset >= sizes.reply
        hangs = cut is Stall and wire == "account_api" and not came_back
        starts = len(sandbox.log.requests("start"))
        seen = (type(outcome).__name__, injection.hits, starts)
        expected = ("TransientError" if hangs else "Result", 1, 1 if came_back or hangs else 2)
        if seen != expected:
            wrong.append((offset, seen, expected))

    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("side", ["request", "reply"])
@pytest.mark.parametrize("cut", [Reset, Close, Stall])
async def test_cut_poll_never_costs_the_result(
    *,
    cut: Any,
    side: Any,
    wire: str,
    sandbox: Sandbox,
    connect: Connect,
    message: SendMessage,
    soaking: bool,
) -> None:
    """A write whose polls are cut anywhere completes, and ran once."""
    wrong: list[object] = []

    for offset in range(0, 700, 1 if soaking else 67):
        sandbox.log.clear()
        injection = sandbox.inject(cut(side, offset), on="poll")
        async with connect(sandbox, wire) as api:  # no silenced connection is left for the next
            result = await api.run(message)
        seen = (
            result.errors,
            injection.hits,
            len(sandbox.log.effects()),
            len(sandbox.log.requests("start")),
        )
        if seen != ((), 1, 1, 1):
            wrong.append((offset, seen))

    assert wrong == []


@pytest.mark.parametrize(
    ("side", "offset"), [("request", 0), ("request", 100), ("reply", 0), ("reply", 100)]
)
async def test_silence_is_noticed_in_real_time(
    side: Any,
    offset: int,
    real_clock: Clock,
    connect: Connect,
    message: SendMessage,
) -> None:
    """On the real clock, a silent peer costs the read timeout and leaves a write in doubt."""
    policy = Policy(read_timeout=0.2)
    async with Sandbox(clock=real_clock, duration=0.0) as sandbox:
        api = connect(sandbox, clock=real_clock, policy=policy)
        sandbox.inject(Stall(side, offset))
        began_at = real_clock.now()

        with pytest.raises(OutcomeUnknown) as error:
            await api.run(message)

        assert 0.19 < real_clock.now() - began_at < 5
        assert error.value.certainty is Certainty.MAYBE_ACCEPTED
        assert error.value.attempts == 1
        assert len(sandbox.log.effects()) <= 1
        assert len(sandbox.log.requests("start")) == 1


async def test_undisturbed_write_runs_once_under_the_announced_id(
    wire: str, sandbox: Sandbox, connect: Connect, message: SendMessage, told: list[Event]
) -> None:
    """Without a fault the effect happens once, and the id told is the one the service gave."""
    result = await connect(sandbox, wire).run(message)

    (accepted,) = sandbox.log.workflows()
    (started,) = (event for event in told if isinstance(event, WorkflowStarted))
    assert len(sandbox.log.effects()) == 1
    assert result.workflow_id == started.workflow_id
    assert str(result.workflow_id).endswith(accepted.workflow_id)
