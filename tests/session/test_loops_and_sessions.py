import asyncio
import gc
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import attrs
import pytest

from linkedapi_async import (
    Certainty,
    ClientClosed,
    LinkedApi,
    LinkedApiError,
    OutcomeUnknown,
    Policy,
    TransientError,
)
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import ErrorEnvelope, FakeClock, Reset, Sandbox, Stall

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]

QUICK = attrs.evolve(Policy.service(), poll_base=0.01, poll_max=0.05)


def test_client_serves_one_loop_after_the_other(beside: Any, message: SendMessage) -> None:
    """The same client works in two `asyncio.run`, each with connections of its own."""
    sandbox = beside.sandbox
    api = LinkedApi(base_url=sandbox.base_url, policy=QUICK, **sandbox.tokens)

    async def use() -> object:
        return (await api.run(message)).errors

    assert [asyncio.run(use()) for _ in range(2)] == [(), ()]
    assert sandbox.log.connections == 2
    assert len(sandbox.log.effects()) == 2
    asyncio.run(api.aclose())


def test_connections_of_ended_loops_are_let_go(beside: Any, message: SendMessage) -> None:
    """A client used in many `asyncio.run` keeps no sockets of ended loops once it is closed."""
    sandbox = beside.sandbox
    api = LinkedApi(base_url=sandbox.base_url, policy=QUICK, **sandbox.tokens)

    async def use() -> None:
        await api.run(message)

    async def close() -> None:
        await api.run(message)
        await api.aclose()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            asyncio.run(use())
        asyncio.run(close())
        still_open = beside.open_connections()
        gc.collect()

    assert still_open == 0
    assert [str(one.message) for one in told if one.category is ResourceWarning] == []


def test_closed_client_is_closed_in_every_loop(beside: Any, message: SendMessage) -> None:
    """Closing in one loop ends the client for those to come."""
    sandbox = beside.sandbox
    api = LinkedApi(base_url=sandbox.base_url, policy=QUICK, **sandbox.tokens)

    async def use() -> None:
        await api.run(message)
        await api.aclose()

    async def use_again() -> None:
        with pytest.raises(ClientClosed):
            await api.run(message)

    asyncio.run(use())
    asyncio.run(use_again())
    assert len(sandbox.log.requests("start")) == 1


def test_injected_session_binds_the_client_to_its_loop(beside: Any, message: SendMessage) -> None:
    """In another loop than its session's, a client refuses clearly and sends nothing."""
    sandbox = beside.sandbox

    async def create() -> tuple[LinkedApi, aiohttp.ClientSession]:
        session = aiohttp.ClientSession()
        return LinkedApi(base_url=sandbox.base_url, **sandbox.tokens, session=session), session

    async def use() -> None:
        with pytest.raises(ConfigurationError, match="another event loop") as error:
            await api.run(message)
        assert error.value.code == "wrongLoop"

    home = asyncio.new_event_loop()
    api, session = home.run_until_complete(create())
    asyncio.run(use())
    home.run_until_complete(session.close())
    home.close()

    assert sandbox.log.connections == 0


FORK = """
import asyncio, os, sys, threading
import attrs
from linkedapi_async import LinkedApi, Policy
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.operations import SendMessage

api = LinkedApi(base_url=sys.argv[1], linked_api_token=sys.argv[2],
                identification_token=sys.argv[3],
                policy=attrs.evolve(Policy(), poll_base=0.01, poll_max=0.05, deadline=5.0))
message = SendMessage(person_url="https://www.linkedin.com/in/person1", text="Hi")

async def use():
    return (await api.run(message)).errors

async def inside():
    await use()
    child = os.fork()
    if child == 0:
        try:
            await use()
            told = "works"
        except LinkedApiError as error:
            told = error.code
        except BaseException as error:
            told = f"foreign {error!r}"
        os.write(1, told.encode())
        os._exit(0)
    os.waitpid(child, 0)
    return await use()

def between():
    asyncio.run(use())
    child = os.fork()
    if child == 0:
        os.write(1, repr(asyncio.run(use())).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return asyncio.run(use())

left = asyncio.run(inside()) if sys.argv[4] == "inside" else between()
os.write(1, f" | {left!r}".encode())
os._exit(0)
"""


@pytest.mark.parametrize(
    ("where", "told", "effects"),
    [("inside", b"wrongLoop | ()", 2), ("between", b"() | ()", 3)],
)
def test_forked_child_never_shares_connections(
    where: str, told: bytes, effects: int, beside: Any
) -> None:
    """A child forked inside the loop is refused clearly; one with its own loop connects anew."""
    sandbox = beside.sandbox
    tokens = sandbox.tokens

    done = subprocess.run(
        [
            sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK, sandbox.base_url,
            tokens.linked_api_token, tokens.identification_token, where,
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )  # fmt: skip

    assert done.stdout == told
    assert len(sandbox.log.effects()) == effects
    assert all(record.is_complete for record in sandbox.log.requests())


async def test_injected_session_stays_open(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A session of the application's own is used, and left open by `aclose`."""
    async with aiohttp.ClientSession(base_url="http://elsewhere.invalid") as session:
        api = connect(sandbox, session=session)
        result = await api.run(message)
        await api.aclose()

        assert result.errors == ()
        assert not session.closed
        async with session.get(f"{sandbox.base_url}/nothing") as reply:
            assert reply.status == 404


async def test_failed_write_over_an_injected_session_is_in_doubt(
    sandbox: Sandbox,
    connect: Connect,
    dead_port: int,
    message: SendMessage,
    reading: FetchPerson,
) -> None:
    """What cannot be watched is not called unsent: even a refused connection leaves a doubt."""
    async with aiohttp.ClientSession() as session:
        api = connect(sandbox, session=session, base_url=f"http://127.0.0.1:{dead_port}")

        with pytest.raises(OutcomeUnknown) as error:
            await api.run(message)
        assert error.value.certainty is Certainty.MAYBE_ACCEPTED
        assert error.value.attempts == 1

        with pytest.raises(TransientError) as read_error:
            await api.run(reading)
        assert read_error.value.certainty is Certainty.MAYBE_ACCEPTED
        assert read_error.value.attempts == 3


async def test_injected_session_that_resends_is_still_honest(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """Polls that aiohttp repeats by itself over such a session do no harm to the result."""
    async with aiohttp.ClientSession() as session:
        api = connect(sandbox, session=session)
        sandbox.inject(Reset("request", 0), on="poll")

        result = await api.run(message)

        assert result.errors == ()
        assert len(sandbox.log.effects()) == 1


async def test_session_closed_by_its_owner_is_told(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A session closed too early is the owner's doing, and the error says so."""
    session = aiohttp.ClientSession()
    api = connect(sandbox, session=session)
    handle = await api.start(message)
    await session.close()

    for call in (lambda: api.run(message), handle.status, handle.result, handle.cancel):
        with pytest.raises(ClientClosed, match="closed by its owner"):
            await call()
    assert len(sandbox.log.requests("start")) == 1


async def test_session_closed_by_its_owner_during_a_request_is_told(
    clock: FakeClock, connect: Connect, caught: Catch, step: Any, message: SendMessage
) -> None:
    """A session closed under a start leaves the write in doubt, in our own words."""
    async with Sandbox(clock=clock) as sandbox:
        sandbox.inject(Stall("reply", 0))
        session = aiohttp.ClientSession()
        api = connect(sandbox, session=session)
        task = asyncio.ensure_future(api.run(message))
        await step(20)
        await session.close()

        outcome = await caught(task)

        assert isinstance(outcome, OutcomeUnknown)


async def test_hooks_of_an_injected_session_run(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """Trace configurations and middlewares of the application see every request."""
    seen: list[str] = []
    traces = aiohttp.TraceConfig()

    async def note(*args: Any) -> None:
        seen.append(f"trace {args[2].method}")

    async def pass_on(request: Any, handler: Any) -> Any:
        seen.append(f"middleware {request.method}")
        return await handler(request)

    traces.on_request_start.append(note)
    options: dict[str, Any] = {"trace_configs": [traces]}
    if hasattr(aiohttp, "ClientMiddlewareType"):  # 3.12
        options["middlewares"] = (pass_on,)
    async with aiohttp.ClientSession(**options) as session:
        await connect(sandbox, session=session).run(message)

    polls = len(sandbox.log.requests("poll"))
    assert seen.count("trace POST") == 1
    assert seen.count("trace GET") == polls > 0
    if "middlewares" in options:
        assert seen.count("middleware POST") == 1
        assert seen.count("middleware GET") == polls


async def test_injected_session_that_raises_for_status_hides_no_refusal(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """`raise_for_status=True` on the application's session does not hide what the service says."""
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        sandbox.inject(ErrorEnvelope("invalidWorkflow"), status=400)

        with pytest.raises(LinkedApiError) as error:
            await connect(sandbox, session=session).run(message)

    assert error.value.code == "invalidWorkflow"
    assert error.value.certainty is Certainty.REJECTED


async def test_timeouts_of_an_injected_session_do_not_interfere(
    clock: FakeClock, connect: Connect, message: SendMessage
) -> None:
    """The policy's bounds hold, not the session's."""
    async with (
        Sandbox(clock=clock) as sandbox,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1e-9)) as session,
    ):
        result = await connect(sandbox, session=session).run(message)

        assert result.errors == ()
