"""What a pool has to show: figures, judged by the sandbox's log; at full counts when soaking."""

import asyncio
from collections.abc import Callable
from random import Random
from statistics import mean
from typing import Any

import attrs
import pytest

from linkedapi_async import AccountPool, Call, LinkedApiError, Policy, UserActionRequired
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox, WorkflowAccepted, WorkflowCompleted
from linkedapi_async.testing.faults import Close, Reset

Open = Callable[..., AccountPool]
Widest = Callable[[Sandbox], dict[str, int]]

TEN = tuple(f"member{number}" for number in range(10))
OUT, *NINE = TEN


def visit(account: str, number: int = 1) -> Call[Any]:
    url = f"https://www.linkedin.com/in/person{number % 100 + 1}"
    return Call(account, FetchPerson(person_url=url))


def service(clock: FakeClock) -> Sandbox:
    """Return a sandbox of ten accounts; a workflow takes 5 to 20 seconds, always the same."""

    def duration(tree: Any, _: Random) -> float:
        return Random(str(tree)).uniform(5.0, 20.0)

    return Sandbox(clock=clock, accounts=TEN, duration=duration)


async def settled(pool: AccountPool, calls: list[Call[Any]]) -> list[Any]:
    return list(await asyncio.gather(*map(pool.run, calls), return_exceptions=True))


def ends(sandbox: Sandbox, accounts: list[str]) -> list[float]:
    """Return when each workflow of some accounts was done, on average and at last."""
    at = [
        one.at for one in sandbox.log if isinstance(one, WorkflowCompleted)
        and one.account in accounts
    ]  # fmt: skip
    return [mean(at), max(at)]


@pytest.mark.soak
@pytest.mark.parametrize("holds", [False, True])
async def test_one_of_ten_signed_out(told: list[Event], *, holds: bool, soaking: bool) -> None:
    """A signed-out account costs its first starts and then looks only, and no other any time."""
    each = 100 if soaking else 10
    calls = [visit(account, number) for number in range(each) for account in TEN]
    policy = attrs.evolve(
        Policy.batch(), on_user_action="hold" if holds else "raise", deadline=each * 200.0
    )
    figures: list[list[float]] = []
    for is_out in (False, True):
        clock = FakeClock()
        async with service(clock) as sandbox:
            if is_out:
                sandbox.sign_out(account=OUT)
            async with AccountPool(
                linked_api_token=sandbox.tokens.linked_api_token,
                accounts={one.alias: one.identification_token for one in sandbox.accounts},
                base_url=sandbox.base_url,
                clock=clock,
                policy=policy,
            ) as pool:
                outcomes = await settled(pool, calls)
            figures.append(ends(sandbox, NINE))
            if is_out:
                starts = sandbox.log.requests("start", OUT)
                failed = [one for one in outcomes if isinstance(one, UserActionRequired)]
                looks = 2 + each * 200.0 / 150 + 8 if holds else 2
                assert len(failed) == each
                assert len(starts) <= looks
                assert {one.account for one in failed} == {OUT}
            else:
                assert all(one.data is not None for one in outcomes)
            assert sandbox.log.max_overlap() == 1

    without, beside = figures
    assert beside == pytest.approx(without, rel=0.05)


@pytest.mark.soak
@pytest.mark.parametrize("width", [1, 2])
async def test_lanes_never_overlap(
    *, told: list[Event], widest: Widest, width: int, soaking: bool
) -> None:
    """Through faults, cancellations and lost replies no account has more started than its width."""
    count = 10_000 if soaking else 300
    chance = Random(width)
    clock = FakeClock(seed=width)
    policy = attrs.evolve(Policy.batch(), deadline=count * 100.0)
    async with service(clock) as sandbox:
        faults: list[Any] = [429, 503, Close(), Reset(), Close(side="request"), "tooManyRequests"]
        for number in range(count // 10):
            sandbox.inject(faults[number % len(faults)], skip=chance.randrange(15))
        async with AccountPool(
            linked_api_token=sandbox.tokens.linked_api_token,
            accounts={one.alias: one.identification_token for one in sandbox.accounts},
            base_url=sandbox.base_url,
            clock=clock,
            policy=policy,
            lane_width=width,
            doubt=120.0,
        ) as pool:
            waiting: list[asyncio.Task[Any]] = []
            for number in range(count):
                account = TEN[number % 10]
                call: Call[Any] = visit(account, number)
                if number % 3 == 0:
                    url = f"https://www.linkedin.com/in/person{number % 100 + 1}"
                    call = Call(account, SendMessage(person_url=url, text=str(number)))
                waiting.append(asyncio.create_task(pool.run(call)))
            while len(running := [task for task in waiting if not task.done()]) > count // 2:
                chance.choice(running).cancel()
                await clock.sleep(chance.expovariate(1 / 20.0))
            await asyncio.wait(waiting)

    ended = [task for task in waiting if not task.cancelled()]
    assert all(isinstance(task.exception(), LinkedApiError | None) for task in ended)
    assert max(widest(sandbox).values()) == width
    texts = [action.params["text"] for action in sandbox.log.effects("st.sendMessage")]
    assert len(texts) == len(set(texts)), "no message was sent twice"
    assert sandbox.log.max_overlap() == 1


@pytest.mark.soak
async def test_fair_between_accounts(*, soaking: bool) -> None:
    """Nine accounts with five calls finish as if the one with thousands were not there."""
    many = 5_000 if soaking else 300
    few = [visit(account, number) for number in range(5) for account in NINE]
    took: list[float] = []
    for crowd in (0, many):
        clock = FakeClock()
        async with service(clock) as sandbox:
            async with AccountPool(
                linked_api_token=sandbox.tokens.linked_api_token,
                accounts={one.alias: one.identification_token for one in sandbox.accounts},
                base_url=sandbox.base_url,
                clock=clock,
                policy=attrs.evolve(Policy.batch(), deadline=None),
            ) as pool:
                queue = [visit(OUT, number) for number in range(crowd)]
                missing = len(few)
                async for outcome in pool.map([*queue, *few]):
                    assert outcome.result is not None
                    missing -= outcome.call.account != OUT
                    if not missing:
                        break
                took.append(clock.now())
            accepted = [one for one in sandbox.log if isinstance(one, WorkflowAccepted)]
            assert len([one for one in accepted if one.account in NINE]) == len(few)

    alone, beside = took
    assert beside <= 1.2 * alone
