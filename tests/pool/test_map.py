"""Many calls at once: outcomes as they come, memory that follows what is read."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from linkedapi_async import (
    AccountPool,
    ActionError,
    Call,
    ClientClosed,
    ConfigurationError,
    InvalidWorkflowLocally,
    Outcome,
    UserActionRequired,
)
from linkedapi_async.events import Event, WorkflowAbandoned, WorkflowStarted
from linkedapi_async.operations import CustomWorkflow, FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox

Open = Callable[..., AccountPool]
Widest = Callable[[Sandbox], dict[str, int]]

NAMES = ("anna", "ben", "cleo")


def visits(count: int, names: tuple[str, ...] = NAMES) -> Iterator[Call[Any]]:
    for number in range(count):
        url = f"https://www.linkedin.com/in/person{number % 50 + 1}"
        yield Call(names[number % len(names)], FetchPerson(person_url=url), key=number)


async def settled(clock: FakeClock) -> None:
    """Let everything that is cancelled take notice."""
    for _ in range(200):
        await clock.sleep(0)


async def test_every_call_has_one_outcome(
    open_pool: Open, sandbox: Sandbox, widest: Widest
) -> None:
    """Each call comes out once, with its key; accounts work side by side."""
    pool = open_pool()

    outcomes = [outcome async for outcome in pool.map(visits(30))]

    assert sorted(int(str(one.call.key)) for one in outcomes) == list(range(30))
    assert all(one.result is not None and one.error is None for one in outcomes)
    assert widest(sandbox) == dict.fromkeys(NAMES, 2)
    assert sandbox.log.max_overlap() == 1


async def test_order_of_completion(open_pool: Open) -> None:
    """What ends first comes first: two calls of an idle account before the tenth of a busy one."""
    pool = open_pool()
    calls = [*visits(10, ("anna",)), *visits(2, ("ben",))]

    names = [outcome.call.account async for outcome in pool.map(calls)]

    assert names[-6:] == ["anna"] * 6


async def test_asynchronous_input(open_pool: Open, clock: FakeClock) -> None:
    """Calls may come one after the other, as somebody finds them."""

    async def found() -> AsyncIterator[Call[Any]]:
        for call in visits(5):
            await clock.sleep(100)
            yield call

    outcomes = [outcome async for outcome in open_pool().map(found())]

    assert [one.call.key for one in outcomes] == [0, 1, 2, 3, 4]
    assert clock.now() >= 500


async def test_iterator_of_your_own(open_pool: Open) -> None:
    """Any asynchronous iterator will do, with or without a way to close it."""

    class Found:
        def __init__(self) -> None:
            self.calls = visits(3)

        def __aiter__(self) -> "Found":
            return self

        async def __anext__(self) -> Call[Any]:
            for call in self.calls:
                return call
            raise StopAsyncIteration

    assert len([one async for one in open_pool().map(Found())]) == 3


async def test_errors_are_data(open_pool: Open, sandbox: Sandbox) -> None:
    """Refused, unknown and broken calls come out like the others, each with its error."""
    sandbox.sign_out(account="ben")
    bad = CustomWorkflow({"actionType": "st.doForPeople"})
    nobody = FetchPerson(person_url="https://www.linkedin.com/in/nobody")
    odd: list[Call[Any]] = [
        Call("nobody", nobody),
        Call("anna", bad),
        Call("cleo", nobody, key="n"),
    ]
    calls = [*visits(3), *odd]

    outcomes = [outcome async for outcome in open_pool().map(calls)]

    kinds = {type(one.error) for one in outcomes if one.error is not None}
    assert kinds == {UserActionRequired, ConfigurationError, InvalidWorkflowLocally}
    (missing,) = [one for one in outcomes if one.call.key == "n"]
    with pytest.raises(ActionError):
        missing.unwrap()
    (refused,) = [one for one in outcomes if one.call.account == "ben"]
    with pytest.raises(UserActionRequired):
        refused.unwrap()
    assert next(one for one in outcomes if one.call.key == 0).unwrap().name
    call, result, error = refused
    assert (call, result, error) == (refused.call, None, refused.error)


async def test_reads_as_lanes_have_room(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock
) -> None:
    """An endless input is read only as far as queues have room; nothing piles up."""
    read = 0

    def endless() -> Iterator[Call[Any]]:
        nonlocal read
        for call in visits(10_000_000, ("anna",)):
            read += 1
            yield call

    pool = open_pool(queue_size=5)
    taken = 0
    async with pool.map(endless()) as outcomes:
        async for _ in outcomes:
            taken += 1
            assert read <= taken + 5 + 2 + 2
            if taken == 20:
                break


async def test_slow_taker_slows_reading(open_pool: Open, clock: FakeClock) -> None:
    """Outcomes nobody takes do not pile up either."""
    read = 0

    def endless() -> Iterator[Call[Any]]:
        nonlocal read
        for call in visits(10_000_000):
            read += 1
            yield call

    pool = open_pool(queue_size=4)
    async with pool.map(endless()) as outcomes:
        await anext(outcomes)
        await clock.sleep(3600)
        waiting = read

        assert waiting <= 4 + 3 * (4 + 2) + 2
        for _ in range(waiting):
            await anext(outcomes)
        assert read > waiting


@pytest.mark.parametrize("way", ["break", "aclose", "block"])
async def test_leaving_early(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock, told: list[Event], way: str
) -> None:
    """Left early, what waits is forgotten, what runs is announced, and no task stays."""
    pool = open_pool()
    if way == "break":
        async for _ in pool.map(visits(300)):
            break
    elif way == "aclose":
        outcomes = pool.map(visits(300))
        await anext(outcomes)
        await outcomes.aclose()
        assert [one async for one in outcomes] == []
    else:
        async with pool.map(visits(300)) as outcomes:
            await anext(outcomes)
    gc.collect()
    await settled(clock)
    stats = pool.stats()

    started = [event for event in told if isinstance(event, WorkflowStarted)]
    left = [event for event in told if isinstance(event, WorkflowAbandoned)]
    assert stats.queued == stats.started == 0
    assert sum(one.lingering for one in stats.accounts.values()) == len(left) >= 3
    await clock.sleep(120)
    assert sum(one.lingering for one in pool.stats().accounts.values()) == 0
    assert len(sandbox.log.workflows()) == len(started) <= 12
    assert not [task for task in asyncio.all_tasks() if "_Work" in repr(task.get_coro())]


async def test_stopping(open_pool: Open, sandbox: Sandbox, clock: FakeClock) -> None:
    """Stopped, nothing more starts, and nobody waits for what runs; what has ended comes out."""
    pool = open_pool()
    outcomes = pool.map(visits(300))
    await anext(outcomes)
    started, stopped_at = len(sandbox.log.requests("start")), clock.now()

    outcomes.stop()
    left = [one async for one in outcomes]

    assert len(left) < 9
    assert clock.now() - stopped_at < 5
    assert pool.stats().queued == 0
    await clock.sleep(120)
    assert started <= len(sandbox.log.workflows()) <= started + 6


async def test_leaving_before_the_first(open_pool: Open, sandbox: Sandbox) -> None:
    """A map that nobody iterates reads and sends nothing."""
    outcomes = open_pool().map(visits(3))

    await outcomes.aclose()

    assert [one async for one in outcomes] == []
    assert not sandbox.log


async def test_cancelled_before_its_task_began(
    open_pool: Open, sandbox: Sandbox, clock: FakeClock
) -> None:
    """A map that ends in the moment its calls get their turns gives every place back."""
    pool = open_pool()
    outcomes = pool.map(visits(6))
    waiting = asyncio.create_task(anext(outcomes))
    for name in NAMES:
        pool.pause(name)
    await clock.sleep(1.0)
    assert pool.stats().queued == 6

    pool.resume()
    await outcomes.aclose()
    with pytest.raises(StopAsyncIteration):
        await waiting

    assert pool.stats().started == 0
    assert not sandbox.log
    assert len([one async for one in pool.map(visits(6))]) == 6


async def test_input_that_fails(open_pool: Open) -> None:
    """An input that raises is raised too, after what it gave before has come out."""

    def broken() -> Iterator[Call[Any]]:
        yield from visits(7)
        raise LookupError

    outcomes = open_pool().map(broken())
    found = [await anext(outcomes) for _ in range(7)]
    with pytest.raises(LookupError):
        await anext(outcomes)

    assert all(one.result is not None for one in found)
    assert [one async for one in outcomes] == []


async def test_what_is_no_call(open_pool: Open) -> None:
    """Anything else in the input is a mistake, told with the value."""
    calls: Any = [*visits(1), "person1"]

    with pytest.raises(ConfigurationError, match="'person1' is no Call"):
        _ = [one async for one in open_pool().map(calls)]


async def test_asynchronous_input_is_closed(open_pool: Open, clock: FakeClock) -> None:
    """A generator that was not read to its end is closed at once."""
    is_closed = False

    async def found() -> AsyncIterator[Call[Any]]:
        nonlocal is_closed
        try:
            for call in visits(500):
                yield call
                await clock.sleep(1.0)
        finally:
            is_closed = True

    async with open_pool().map(found()) as outcomes:
        await anext(outcomes)

    assert is_closed


async def test_pool_closed_meanwhile(open_pool: Open, clock: FakeClock) -> None:
    """Closed meanwhile, the pool ends every call that was read, and the map."""
    pool = open_pool(queue_size=3)
    found: list[Outcome[Any]] = []

    async def take() -> None:
        async for outcome in pool.map(visits(50)):
            found.append(outcome)  # noqa: PERF401 - a comprehension would lose them

    taking = asyncio.create_task(take())
    await clock.sleep(15)
    await pool.aclose()

    with pytest.raises(ClientClosed):
        await taking
    ended = [one for one in found if isinstance(one.error, ClientClosed)]
    assert 6 <= len(ended) <= 16


async def test_foreign_error_surfaces(open_pool: Open, sandbox: Sandbox) -> None:
    """An error that is not the library's, of an operation of your own, is raised as it is."""

    class Odd(FetchPerson):
        @classmethod
        def _read(cls, completion: object) -> Any:
            raise ZeroDivisionError

    pool = open_pool()
    calls = [Call("anna", Odd(person_url="https://www.linkedin.com/in/person1")), *visits(9)]

    with pytest.raises(ZeroDivisionError):
        _ = [one async for one in pool.map(calls)]

    assert pool.stats().queued == 0


async def test_several_takers(open_pool: Open) -> None:
    """Several tasks may share a map; each outcome goes to one."""
    outcomes = open_pool().map(visits(12))

    async def take() -> list[object]:
        return [one.call.key async for one in outcomes]

    found = await asyncio.gather(*(take() for _ in range(3)))

    assert sorted(int(str(key)) for keys in found for key in keys) == list(range(12))


async def test_context_of_the_caller(open_pool: Open) -> None:
    """Calls run in the context the map was iterated in, whoever gives them their turn."""
    where: ContextVar[str] = ContextVar("where", default="elsewhere")
    seen: set[str] = set()

    class Looking(FetchPerson):
        @classmethod
        def _read(cls, completion: Any) -> Any:
            seen.add(where.get())
            return None, ()

    where.set("here")
    calls = [
        Call("anna", Looking(person_url=f"https://www.linkedin.com/in/person{n + 1}"))
        for n in range(6)
    ]

    assert len([one async for one in open_pool().map(calls)]) == 6
    assert seen == {"here"}
