import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    Certainty,
    FatalError,
    LinkedApi,
    LinkedApiError,
    Policy,
    Result,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.events import ActionNeeded, ActionResolved, Event
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]

OPTIONS = ["linked_api_token", "account_api_token", "identification_token"]


@attrs.define
class Supplier:
    """An async callable that gives the tokens of a list, and its last one for ever.

    Attributes:
        tokens: What it gives; an exception is raised instead.
        clock: Measures how long it takes.
        takes: Seconds each time.
        asked: How often it was called.
    """

    tokens: list[Any]
    clock: FakeClock
    takes: float = 0.5
    asked: int = 0

    async def __call__(self) -> Any:
        """Return the next token, after a while."""
        self.asked += 1
        token = self.tokens[min(self.asked, len(self.tokens)) - 1]
        await self.clock.sleep(self.takes)
        if isinstance(token, Exception):
            raise token
        return token


@pytest.fixture
def supply(clock: FakeClock) -> Callable[..., Supplier]:
    """Make a callable of the tokens it is to give."""
    return lambda *tokens, **options: Supplier(list(tokens), clock, **options)


Supply = Callable[..., Supplier]


def wire_of(option: str) -> str:
    """Return a wire that takes the token."""
    return "account_api" if option == "account_api_token" else "linked_api"


@pytest.mark.parametrize("option", OPTIONS)
async def test_callable_is_asked_once_for_many_calls(
    option: str, sandbox: Sandbox, connect: Connect, supply: Supply, message: SendMessage
) -> None:
    """A hundred calls at once ask for the token once, and all go through."""
    source = supply(getattr(sandbox.tokens, option))
    api = connect(sandbox, wire_of(option), deadline=100_000.0, **{option: source})

    results = await asyncio.gather(*(api.run(message) for _ in range(100)))

    assert source.asked == 1
    assert [result.errors for result in results] == [()] * 100
    assert len(sandbox.log.effects()) == len(sandbox.log.requests("start")) == 100


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("calls", [1, 100])
async def test_renewed_token_heals_every_refused_start(
    *,
    option: str,
    calls: int,
    sandbox: Sandbox,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
    told: list[Event],
) -> None:
    """After "invalid token" the callable is asked once more for all, and each start runs once."""
    source = supply("outdated", getattr(sandbox.tokens, option))
    api = connect(sandbox, wire_of(option), deadline=100_000.0, **{option: source})

    results = await asyncio.gather(*(api.run(message) for _ in range(calls)))

    assert source.asked == 2
    assert [result.errors for result in results] == [()] * calls
    assert len(sandbox.log.effects()) == calls
    assert not any(isinstance(event, ActionNeeded) for event in told)


@pytest.mark.parametrize("option", OPTIONS)
async def test_token_that_expires_during_the_wait_is_renewed(
    option: str,
    clock: FakeClock,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
) -> None:
    """Tokens replaced while a workflow runs are asked for at the next poll."""
    async with Sandbox(clock=clock, duration=100.0) as sandbox:
        before = sandbox.tokens
        after: list[Any] = [getattr(before, option)]
        source = supply(*after)
        api = connect(sandbox, wire_of(option), **{option: source})
        handle = await api.start(message)
        if option == "identification_token":
            rotated = sandbox.rotate_tokens("main", main=False)
        else:
            sandbox._vault.rotate()
            rotated = sandbox.tokens
        source.tokens.append(getattr(rotated, option))

        result = await handle.result()

        assert result.errors == ()
        assert source.asked == 2
        assert len(sandbox.log.effects()) == 1


@pytest.mark.parametrize("option", OPTIONS)
async def test_same_token_again_needs_a_person(
    *,
    option: str,
    sandbox: Sandbox,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A callable that has no other token ends the call in the service's own word."""
    source = supply("outdated")
    api = connect(sandbox, wire_of(option), **{option: source})

    with pytest.raises(UserActionRequired) as error:
        await api.run(message)

    assert "Token" in error.value.code
    assert error.value.certainty is Certainty.REJECTED
    assert source.asked == 2
    assert len(sandbox.log.requests("start")) == 1
    assert [type(event).__name__ for event in told] == ["ActionNeeded", "Raised"]


async def test_given_token_is_not_asked_for_again(
    sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """A token given as text that is invalid costs one request."""
    with pytest.raises(UserActionRequired):
        await connect(sandbox, linked_api_token="outdated").run(message)

    assert len(sandbox.log.requests()) == 1


@pytest.mark.parametrize("option", OPTIONS)
async def test_failing_callable_is_told_with_its_cause(
    option: str, sandbox: Sandbox, connect: Connect, supply: Supply, message: SendMessage
) -> None:
    """The error names the option and keeps the callable's own error; nothing was sent."""
    source = supply(KeyError("vault"))

    with pytest.raises(FatalError, match=f"{option} raised KeyError") as error:
        await connect(sandbox, wire_of(option), **{option: source}).run(message)

    assert isinstance(error.value.__cause__, KeyError)
    assert error.value.code == "tokenUnavailable"
    assert error.value.certainty is Certainty.NOT_SENT
    assert sandbox.log.connections == 0


async def test_callable_that_fails_once_is_asked_by_the_next_call(
    sandbox: Sandbox, connect: Connect, supply: Supply, caught: Catch, message: SendMessage
) -> None:
    """A failure of the callable is not kept."""
    source = supply(OSError("down"), sandbox.tokens.linked_api_token)
    api = connect(sandbox, linked_api_token=source)

    assert isinstance(await caught(api.run(message)), FatalError)
    assert isinstance(await caught(api.run(message)), Result)


async def test_callable_that_fails_when_asked_again_names_itself(
    sandbox: Sandbox, connect: Connect, supply: Supply, message: SendMessage
) -> None:
    """A callable that fails at the renewal is the error; the refused start ran nowhere."""
    source = supply("outdated", OSError("down"))

    with pytest.raises(FatalError) as error:
        await connect(sandbox, linked_api_token=source).run(message)

    assert error.value.code == "tokenUnavailable"
    assert error.value.certainty in {Certainty.NOT_SENT, Certainty.REJECTED}
    assert sandbox.log.workflows() == ()


@pytest.mark.parametrize("token", [None, "", " \n", "a b", "ü", 7, "x" * 5_000, "a\r\nx: y"])
async def test_callable_that_gives_no_token_is_told(
    token: Any, sandbox: Sandbox, connect: Connect, message: SendMessage
) -> None:
    """What cannot be a token is refused by the option's name, and never becomes a header."""

    async def source() -> Any:
        return token

    with pytest.raises(ConfigurationError, match="identification_token") as error:
        await connect(sandbox, identification_token=source).run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert sandbox.log.connections == 0


@pytest.mark.parametrize("option", OPTIONS)
async def test_slow_callable_ends_at_the_deadline(
    *,
    option: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
) -> None:
    """A callable that takes too long costs the deadline, not more, and nothing was sent."""
    source = supply(getattr(sandbox.tokens, option), takes=500.0)

    with pytest.raises(TransientError, match="token") as error:
        await connect(sandbox, wire_of(option), deadline=1.0, **{option: source}).run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert clock.now() == pytest.approx(1.0)
    assert sandbox.log.connections == 0


@pytest.mark.parametrize("option", OPTIONS)
async def test_slow_renewal_ends_at_the_deadline(
    *,
    option: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
) -> None:
    """The deadline bounds the second question as it does the first."""
    source = supply("outdated", getattr(sandbox.tokens, option), takes=0.0)
    api = connect(sandbox, wire_of(option), deadline=1.0, **{option: source})

    async def slow_down() -> None:
        while not sandbox.log.requests("start"):
            await clock.sleep(0)
        source.takes = 500.0

    slowing = asyncio.ensure_future(slow_down())
    with pytest.raises(LinkedApiError) as error:
        await api.run(message)
    await slowing

    assert clock.now() == pytest.approx(1.0)
    assert error.value.certainty in {Certainty.NOT_SENT, Certainty.REJECTED}
    assert sandbox.log.workflows() == ()


async def test_held_call_goes_on_with_a_token_that_was_replaced(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    supply: Supply,
    message: SendMessage,
    told: list[Event],
) -> None:
    """A held call asks the callable now and then, and goes on when a person has put in another."""
    source = supply("outdated", takes=0.0)
    api = connect(sandbox, linked_api_token=source, policy=Policy(on_user_action="hold"))

    async def replace() -> None:
        await clock.sleep(60)
        source.tokens = [sandbox.tokens.linked_api_token]

    replacing = asyncio.ensure_future(replace())
    result = await api.run(message)
    await replacing

    assert result.errors == ()
    assert len(sandbox.log.effects()) == 1
    assert sum(isinstance(event, ActionNeeded) for event in told) == 1
    assert sum(isinstance(event, ActionResolved) for event in told) == 1
