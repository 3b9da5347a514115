"""One client, several event loops and threads at once."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async import ConfigurationError, LinkedApi, Policy, UserActionRequired
from linkedapi_async.events import ActionNeeded, Event
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Sandbox

QUICK = attrs.evolve(Policy.service(), poll_base=0.01, poll_max=0.05)

Elsewhere: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]


@pytest.fixture
def clock() -> None:
    """Real time: a fake clock belongs to one loop."""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Run coroutines on the event loop of another thread, which outlives the test's client."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield lambda work: asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def test_two_loops_use_one_client(
    sandbox: Sandbox, told: list[Event], reading: FetchPerson, elsewhere: Elsewhere
) -> None:
    """Two loops run calls side by side; each cause is announced once for both."""
    api = LinkedApi(base_url=sandbox.base_url, policy=QUICK, on_event=told.append, **sandbox.tokens)

    async def work() -> int:
        results = await asyncio.gather(*(api.run(reading) for _ in range(20)))
        return sum(result.data is not None for result in results)

    async def refused() -> None:
        with pytest.raises(UserActionRequired):
            await api.run(reading)

    counts = await asyncio.gather(elsewhere(work()), work(), elsewhere(work()))
    sandbox.sign_out()
    await elsewhere(refused())
    await refused()
    await api.aclose()

    assert list(counts) == [20, 20, 20]
    assert len(sandbox.log.workflows()) == 60
    assert len([event for event in told if isinstance(event, ActionNeeded)]) == 1


async def test_closing_ends_waits_on_every_loop(reading: FetchPerson, elsewhere: Elsewhere) -> None:
    """Closed from one loop, waits on the other end too, with their ids."""
    async with Sandbox(duration=60.0) as sandbox:
        api = LinkedApi(base_url=sandbox.base_url, policy=QUICK, **sandbox.tokens)
        begun = asyncio.Event()
        here = asyncio.get_running_loop()

        async def wait() -> tuple[str, tuple[str, ...], str | None]:
            handle = await api.start(reading)
            here.call_soon_threadsafe(begun.set)
            with pytest.raises(Exception, match="closed") as caught:
                await handle.result()
            ids: tuple[str, ...] = getattr(caught.value, "workflow_ids", ())
            return type(caught.value).__name__, ids, handle.workflow_id

        waiting = asyncio.ensure_future(elsewhere(wait()))
        await begun.wait()
        await api.aclose()
        kind, ids, workflow_id = await waiting

        assert kind == "ClientClosed"
        assert ids == (workflow_id,)


async def test_id_travels_between_loops(
    sandbox: Sandbox, reading: FetchPerson, elsewhere: Elsewhere
) -> None:
    """Attach to an id where the result is wanted."""
    async with LinkedApi(base_url=sandbox.base_url, policy=QUICK, **sandbox.tokens) as api:
        handle = await api.start(reading)

        async def attach() -> str | None:
            result = await api.attach(FetchPerson, str(handle.workflow_id)).result()
            return result.unwrap().name

        name = await elsewhere(attach())

        assert name == (await handle.result()).unwrap().name


async def test_token_callable_on_two_loops(
    sandbox: Sandbox, reading: FetchPerson, elsewhere: Elsewhere
) -> None:
    """A token callable serves both loops."""

    async def token() -> str:
        return sandbox.tokens.linked_api_token

    async with LinkedApi(
        base_url=sandbox.base_url,
        policy=QUICK,
        linked_api_token=token,
        identification_token=sandbox.tokens.identification_token,
    ) as api:
        await asyncio.gather(api.run(reading), elsewhere(api.run(reading)))

    assert len(sandbox.log.workflows()) == 2


def test_no_loop_at_all(reading: FetchPerson) -> None:
    """A client may be made outside async code; attaching there is refused in words."""
    api = LinkedApi(linked_api_token="a", identification_token="b")

    with pytest.raises(ConfigurationError, match="event loop"):
        api.attach(reading, "wf-1")


FINISHED_LOOP = """
import asyncio, gc, threading
import attrs
from linkedapi_async import LinkedApi, Policy
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Sandbox

async def main():
    policy = attrs.evolve(Policy.service(), poll_base=0.01, poll_max=0.05)
    async with Sandbox() as sandbox:
        async with LinkedApi(base_url=sandbox.base_url, policy=policy, **sandbox.tokens) as api:
            call = lambda: api.run(FetchPerson(person_url="https://www.linkedin.com/in/person5"))
            result = await asyncio.to_thread(lambda: asyncio.run(call()))
            assert result.data is not None
            assert (await call()).data is not None
    del api
    gc.collect()

asyncio.run(main())
"""


def test_a_finished_loop_leaves_nothing_open() -> None:
    """`asyncio.run` in a thread leaves no connection pool behind that nobody can close."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FINISHED_LOOP],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
