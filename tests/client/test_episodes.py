"""A person hears of each cause once, however many calls it stops."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import LinkedApi, Scope, UserActionRequired
from linkedapi_async._types import Plan
from linkedapi_async.errors import find
from linkedapi_async.events import ActionNeeded, ActionResolved, Event
from linkedapi_async.operations import FetchPerson, NvFetchPerson
from linkedapi_async.testing import Delay, FakeClock, Sandbox


def announced(told: list[Event], kind: type[Event] = ActionNeeded) -> list[Event]:
    return [event for event in told if isinstance(event, kind)]


async def test_a_thousand_calls_announce_once(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    logged: list[dict[str, Any]],
    all_of: Callable[..., Awaitable[list[Any]]],
    reading: FetchPerson,
) -> None:
    """1,000 calls of a signed-out account: every one raises, the operator hears once."""
    sandbox.sign_out()
    api = connect(account="sales")
    row = find("linkedinAccountSignedOut")
    assert row is not None

    outcomes = await all_of(*(api.run(reading) for _ in range(1_000)))

    assert [type(error) for error in outcomes] == [UserActionRequired] * 1_000
    (needed,) = announced(told)
    assert isinstance(needed, ActionNeeded)
    assert (needed.code, needed.scope, needed.account) == (row.type, Scope.ACCOUNT, "sales")
    assert needed.hint == row.hint
    (entry,) = [e for e in logged if e["event"] == "linkedapi.action_needed"]
    assert entry["hint"] == row.hint
    assert entry["log_level"] == "error"
    assert len(sandbox.log.requests()) == 1_000


async def test_success_ends_the_episode(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """The first success resolves the cause, once; the next sign-out is announced again."""
    api = connect()

    for _ in range(2):
        sandbox.sign_out()
        for _ in range(3):
            with pytest.raises(UserActionRequired):
                await api.run(reading)
        sandbox.sign_in()
        for _ in range(3):
            assert (await api.run(reading)).data is not None

    kinds = [type(e) for e in told if isinstance(e, (ActionNeeded, ActionResolved))]
    assert kinds == [ActionNeeded, ActionResolved] * 2


async def test_one_word_per_episode_across_aliases(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """Two words of one row are one cause."""
    api = connect()
    for word in ("subscriptionRequired", "noActiveSeats"):
        sandbox.inject(word)
        with pytest.raises(UserActionRequired) as caught:
            await api.run(reading)
        assert caught.value.code == word

    assert len(announced(told)) == 1


async def test_two_causes_are_two_episodes(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """Different causes are announced side by side, each once."""
    api = connect()
    for word in ("subscriptionRequired", "languageNotSupported") * 3:
        sandbox.inject(word)
        with pytest.raises(UserActionRequired):
            await api.run(reading)

    assert [e.code for e in told if isinstance(e, ActionNeeded)] == [
        "subscriptionRequired",
        "languageNotSupported",
    ]


async def test_invalid_main_token(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    all_of: Callable[..., Awaitable[list[Any]]],
    reading: FetchPerson,
) -> None:
    """An invalid main token dooms the client: one announcement, until it works again."""
    api = connect()
    tokens = sandbox.tokens
    sandbox.rotate_tokens()

    outcomes = await all_of(*(api.run(reading) for _ in range(100)))

    assert {type(error) for error in outcomes} == {UserActionRequired}
    assert {error.code for error in outcomes} == {"invalidLinkedApiToken"}
    (needed,) = announced(told)
    assert isinstance(needed, ActionNeeded)
    assert needed.scope is Scope.CLIENT
    assert len(sandbox.log.requests()) == 100
    assert tokens.linked_api_token not in repr(told)


async def test_replaced_token(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """A callable is asked again once after a refused token, and the call goes on unannounced."""
    asked: list[str] = []

    async def token() -> str:
        asked.append(sandbox.tokens.linked_api_token)
        return asked[-1]

    sandbox.add_account("other")
    api = connect(linked_api_token=token)
    await api.run(reading)
    sandbox.rotate_tokens("other")

    result = await api.run(reading)

    assert result.data is not None
    assert len(asked) == len(set(asked)) == 2
    assert len(sandbox.log.requests("start")) == 3
    assert not announced(told)


async def test_callable_without_a_better_token(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """A callable that supplies the refused token again costs one question and no request."""
    stale = sandbox.tokens.linked_api_token
    asked: list[str] = []

    async def token() -> str:
        asked.append(stale)
        return stale

    sandbox.add_account("other")
    sandbox.rotate_tokens("other")

    with pytest.raises(UserActionRequired) as caught:
        await connect(linked_api_token=token).run(reading)

    assert caught.value.code == "invalidLinkedApiToken"
    assert len(asked) == 2
    assert len(sandbox.log.requests()) == 1
    assert len(announced(told)) == 1


async def test_missing_plus_seat_stops_only_what_needs_it(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """PlusPlanRequired has the scope of the call: the account's other workflows go on."""
    core = sandbox.add_account("core", plan=Plan.CORE)
    api = connect(identification_token=core.identification_token)
    navigator = NvFetchPerson(person_hashed_url=sandbox.world.person(5).hashed_url)

    with pytest.raises(UserActionRequired) as caught:
        await api.run(navigator)
    result = await api.run(reading)

    assert result.data is not None
    assert (caught.value.code, caught.value.scope) == ("plusPlanRequired", Scope.CALL)
    (needed,) = announced(told)
    assert isinstance(needed, ActionNeeded)
    assert needed.scope is Scope.CALL


async def test_other_workflows_do_not_buy_a_plus_seat(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """Success of a workflow that needs no Plus seat does not resolve the missing seat."""
    core = sandbox.add_account("core", plan=Plan.CORE)
    api = connect(identification_token=core.identification_token)
    navigator = NvFetchPerson(person_hashed_url=sandbox.world.person(5).hashed_url)

    for _ in range(3):
        with pytest.raises(UserActionRequired):
            await api.run(navigator)
        await api.run(reading)

    assert not announced(told, ActionResolved)
    assert len(announced(told)) == 1


async def test_news_of_a_running_workflow_resolves_nothing(
    connect: Callable[..., LinkedApi],
    slow_sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """Polls of a workflow that started before the sign-out do not prove the account is back."""
    api = connect(base_url=slow_sandbox.base_url, **slow_sandbox.tokens)
    running = asyncio.create_task(api.run(reading))
    await clock.sleep(1)
    slow_sandbox.sign_out()

    for _ in range(3):
        with pytest.raises(UserActionRequired):
            await api.run(reading)
        await clock.sleep(10)
    await running

    assert len(announced(told)) == 1
    assert not announced(told, ActionResolved)


async def test_success_from_before_resolves_nothing(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    reading: FetchPerson,
) -> None:
    """A start sent before the sign-out, answered after it, proves nothing either."""
    sandbox.inject(Delay(5.0))
    api = connect()
    early = asyncio.create_task(api.run(reading))
    await clock.sleep(1)
    sandbox.sign_out()

    for _ in range(2):
        with pytest.raises(UserActionRequired):
            await api.run(reading)
        await clock.sleep(10)
    await early

    assert len(announced(told)) == 1
    assert not announced(told, ActionResolved)
