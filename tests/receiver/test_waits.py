"""Waits are woken by deliveries, and never depend on them."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random
from typing import Any, cast

import attrs
import pytest
from aiohttp import web

from linkedapi_async import CustomWorkflow, LinkedApi, Policy, WorkflowHandle
from linkedapi_async.errors import ConfigurationError, FatalError, UserActionRequired
from linkedapi_async.operations import RetrieveSSI, SearchPeople, SendMessage
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import FakeClock, Sandbox

PERSON = "https://www.linkedin.com/in/person5"
HOOK = "https://hooks.example.com"


@attrs.define
class Stage:
    """A sandbox that delivers to a receiver, and clients of every account.

    Attributes:
        sandbox: The service.
        receiver: Where it delivers.
        apis: One client per account.
    """

    sandbox: Sandbox
    receiver: WebhookReceiver
    apis: list[LinkedApi]

    @property
    def api(self) -> LinkedApi:
        """The client of the first account."""
        return self.apis[0]

    def polls(self) -> int:
        """Return how many polls the service has seen."""
        return len(self.sandbox.log.requests("poll"))


Set = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def stage(clock: FakeClock) -> AsyncIterator[Set]:
    """Set up the whole way: workflow, event, delivery over a socket, wait."""
    async with AsyncExitStack() as stack:

        async def build(
            *,
            accounts: int = 1,
            duration: Any = 60.0,
            payload_mode: Any = "fat",
            policy: Policy | None = None,
            **subscription: Any,
        ) -> Stage:
            names = [f"account{number}" for number in range(accounts)]
            sandbox = await stack.enter_async_context(
                Sandbox(seed=0, clock=clock, duration=duration, accounts=names)
            )
            webhook = sandbox.deliveries.subscribe(
                f"{HOOK}/in", payload_mode=payload_mode, **subscription
            )
            receiver = WebhookReceiver(secrets=[webhook.secret], clock=clock)
            outer = web.Application()
            outer.add_subapp("/in", receiver.app())
            runner = web.AppRunner(outer)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            sandbox.deliveries.lead(HOOK, "http://{}:{}".format(*runner.addresses[0]))
            apis = [
                await stack.enter_async_context(
                    LinkedApi(
                        base_url=sandbox.base_url,
                        clock=clock,
                        receiver=receiver,
                        policy=policy or Policy.batch(),
                        **account.tokens,
                    )
                )
                for account in sandbox.accounts
            ]
            return Stage(sandbox, receiver, apis)

        yield build


@pytest.mark.parametrize(("payload_mode", "polls"), [("fat", 0), ("thin", 1)])
async def test_an_event_brings_the_result(
    stage: Set, clock: FakeClock, payload_mode: str, polls: int
) -> None:
    """A fat event is the result, a thin one costs one poll; no time is lost."""
    scene = await stage(payload_mode=payload_mode)

    result = await scene.api.run(SearchPeople(limit=3))

    assert len(result.unwrap()) == 3
    assert scene.polls() == polls
    assert clock.now() == pytest.approx(60.0, abs=0.01)


@pytest.mark.parametrize("payload_mode", ["fat", "thin"])
async def test_a_failure_is_told_too(stage: Set, payload_mode: str) -> None:
    """What ends badly raises as if it had been polled."""
    scene = await stage(payload_mode=payload_mode)
    scene.sandbox.inject("linkedinAccountSignedOut", on="failure")

    with pytest.raises(UserActionRequired) as caught:
        await scene.api.run(SearchPeople(limit=3))

    assert caught.value.code == "linkedinAccountSignedOut"


async def test_many_wait_for_one_event(stage: Set) -> None:
    """All tasks that await a handle have its result from one delivery."""
    scene = await stage()
    handle = await scene.api.start(SearchPeople(limit=3))

    results = await asyncio.gather(*[handle.result() for _ in range(10)])

    assert len({id(result) for result in results}) == 1
    assert scene.polls() == 0


async def test_an_event_before_the_wait(stage: Set, clock: FakeClock) -> None:
    """A wait that begins after its event came asks once, at once."""
    scene = await stage(duration=1.0)
    handle = await scene.api.start(SearchPeople(limit=3))
    await clock.sleep(30.0)
    await scene.sandbox.deliveries.wait_idle()

    await handle.result()

    assert scene.polls() == 1
    assert clock.now() == pytest.approx(30.0, abs=0.01)


async def test_an_event_before_the_start_is_answered(stage: Set, clock: FakeClock) -> None:
    """The reply to a start may come later than the end of the workflow."""
    scene = await stage(duration=0.0)
    scene.sandbox.inject(scene_slow(), on="start")

    result = await scene.api.run(SearchPeople(limit=3))

    assert len(result.unwrap()) == 3
    assert scene.polls() <= 1


def scene_slow() -> Any:
    from linkedapi_async.testing import Delay  # noqa: PLC0415 - one test's fault

    return Delay(5.0)


async def test_a_lost_event_is_polled_for(stage: Set, clock: FakeClock) -> None:
    """While deliveries are alive the safety net is slow, and it holds."""
    scene = await stage()
    await scene.api.run(RetrieveSSI())
    scene.sandbox.deliveries.disturb(lost=1.0)
    begun = clock.now()

    await scene.api.run(RetrieveSSI())

    assert clock.now() - begun == pytest.approx(scene.receiver.safety_interval, abs=0.1)
    assert scene.polls() == 1


async def test_polling_is_normal_after_a_miss(stage: Set, clock: FakeClock) -> None:
    """One missed end is enough: the next waits poll as if there were no webhook."""
    scene = await stage()
    await scene.api.run(RetrieveSSI())
    scene.sandbox.deliveries.disturb(lost=1.0)
    await scene.api.run(RetrieveSSI())
    await clock.sleep(10.0)
    begun = clock.now()

    await scene.api.run(RetrieveSSI())

    assert clock.now() - begun < 60.0 + Policy.batch().poll_max
    scene.sandbox.deliveries.disturb()
    before = scene.polls()
    await scene.api.run(RetrieveSSI())
    await scene.sandbox.deliveries.wait_idle()
    await scene.api.run(RetrieveSSI())
    assert scene.receiver.is_alive()
    assert scene.polls() > before


async def test_waits_under_way_return_to_polling(stage: Set, clock: FakeClock) -> None:
    """A miss rouses those who rely on deliveries, spread over the longest pause of polls."""

    def duration(tree: Any, chance: Random) -> float:
        return 400.0 if "label" in tree else 60.0

    scene = await stage(accounts=2, duration=duration)
    other = CustomWorkflow({"actionType": "st.retrieveSSI", "label": "slow"})
    await scene.api.run(RetrieveSSI())
    await scene.sandbox.deliveries.wait_idle()
    assert scene.receiver.is_alive()
    scene.sandbox.deliveries.disturb(lost=1.0)
    begun = clock.now()

    await asyncio.gather(scene.api.run(RetrieveSSI()), scene.apis[1].run(other))

    assert 400 <= clock.now() - begun < 400 + 3 * Policy.batch().poll_max


async def test_no_delivery_at_all(stage: Set, clock: FakeClock) -> None:
    """Until a delivery has come, polling is as without a receiver."""
    scene = await stage(events=["inbox.*"])

    await scene.api.run(RetrieveSSI())

    assert clock.now() < 60.0 + Policy.batch().poll_max
    assert scene.polls() > 1


@pytest.mark.parametrize("forgery", ["signature", "unsigned", "altered", "stale"])
async def test_a_forged_end_costs_nothing(stage: Set, clock: FakeClock, forgery: Any) -> None:
    """What is not rightly signed wakes nobody."""
    scene = await stage(payload_mode="thin")
    handle = await scene.api.start(RetrieveSSI())
    waiting = asyncio.ensure_future(handle.result())
    await clock.sleep(1.0)

    status = await scene.sandbox.deliveries.forge(forgery, event=end_of(handle))
    await waiting

    assert status == 401
    assert scene.polls() == 1


async def test_a_signed_lie_costs_one_poll(stage: Set, clock: FakeClock) -> None:
    """A genuine-looking end is asked about once; the result is the service's."""
    scene = await stage(payload_mode="thin")
    handle = await scene.api.start(RetrieveSSI())
    waiting = asyncio.ensure_future(handle.result())
    await clock.sleep(1.0)

    await scene.sandbox.deliveries.forge("workflow", event=end_of(handle))
    result = await waiting

    assert result.errors == ()
    assert scene.polls() == 2
    assert clock.now() == pytest.approx(60.0, abs=0.01)


def end_of(handle: WorkflowHandle[Any]) -> dict[str, Any]:
    data = {"workflowId": handle.workflow_id, "status": "completed"}
    return {"id": "forged", "type": "workflow.completed", "data": data}


async def test_a_poll_that_fails_after_the_event(stage: Set, clock: FakeClock) -> None:
    """Knowing the end, the wait goes on asking soon, not with the safety net."""
    scene = await stage(payload_mode="thin")
    scene.sandbox.inject(503, on="poll", times=2)

    await scene.api.run(RetrieveSSI())

    assert scene.polls() == 3
    assert clock.now() < 60.0 + 3 * Policy.batch().poll_max


async def test_cancelling_and_restarting(stage: Set, clock: FakeClock) -> None:
    """A cancelled handle ends; a workflow started in place of an expired one is heard of too."""
    scene = await stage(policy=attrs.evolve(Policy.batch(), restart_expired=True))
    handle = await scene.api.start(RetrieveSSI())
    waiting = asyncio.ensure_future(handle.result())
    await clock.sleep(1.0)
    await handle.cancel()
    with pytest.raises(FatalError):
        await waiting

    scene.sandbox.inject("workingHoursWaitExpired", on="failure")
    first = await scene.api.start(SendMessage(person_url=PERSON, text="Hi"))
    name = first.workflow_id
    result = await first.result()

    assert result.errors == ()
    assert first.workflow_id != name
    assert scene.polls() == 0


def test_a_receiver_belongs_to_the_current_api() -> None:
    """Older generations have no webhooks, and something else is no receiver."""
    tokens: dict[str, Any] = {"account_api_token": "a", "identification_token": "i"}
    with pytest.raises(ConfigurationError, match="no webhooks"):
        LinkedApi(receiver=WebhookReceiver(secrets=["x"]), **tokens)
    with pytest.raises(ConfigurationError, match="is no WebhookReceiver"):
        LinkedApi(receiver=cast("Any", "x"), linked_api_token="l", identification_token="i")


# ── a thousand ──


def log_normal(tree: object, chance: Random) -> float:
    """Half of them within half a minute, a few much longer."""
    return 30.0 * math.exp(chance.gauss(0.0, 1.0))


async def run_many(scene: Stage, count: int) -> None:
    """Run many searches, and check that each brings its own result."""
    limits = [1 + number % 9 for number in range(count)]
    runs = [
        scene.apis[number % len(scene.apis)].run(SearchPeople(limit=limit))
        for number, limit in enumerate(limits)
    ]
    results = await asyncio.gather(*runs)
    assert [len(result.unwrap()) for result in results] == limits


@pytest.mark.parametrize("payload_mode", ["fat", "thin"])
@pytest.mark.soak
async def test_a_thousand_waits(stage: Set, payload_mode: str, *, soaking: bool) -> None:
    """With deliveries alive, a workflow costs at most 1.2 polls."""
    count = 1000 if soaking else 200
    scene = await stage(accounts=count // 10, duration=log_normal, payload_mode=payload_mode)

    await run_many(scene, count)

    assert scene.polls() <= 1.2 * count


@pytest.mark.parametrize("payload_mode", ["fat", "thin"])
@pytest.mark.soak
async def test_a_thousand_waits_on_a_bad_way(
    stage: Set, clock: FakeClock, payload_mode: str, *, soaking: bool
) -> None:
    """Lost, doubled, shuffled and forged: all right, none hangs, at most 3 polls each."""
    count = 1000 if soaking else 200
    scene = await stage(accounts=count // 10, duration=log_normal, payload_mode=payload_mode)
    scene.sandbox.deliveries.disturb(lost=0.2, doubled=0.2, spread=2.0)

    async def forge() -> None:
        for number in range(count // 20):
            await clock.sleep(5.0)
            forgery: Any = ("signature", "workflow")[number % 2]
            await scene.sandbox.deliveries.forge(forgery)

    forging = asyncio.ensure_future(forge())
    await run_many(scene, count)
    await forging

    assert scene.polls() <= 3 * count


async def test_a_last_look_before_the_deadline(stage: Set, clock: FakeClock) -> None:
    """A lost event does not cost the result: it is polled for while there is time."""
    scene = await stage(policy=Policy.service())
    await scene.api.run(RetrieveSSI())
    scene.sandbox.deliveries.disturb(lost=1.0)
    patient = scene.api.with_options(deadline=200)

    result = await patient.run(RetrieveSSI())

    assert result.errors == ()
    assert clock.now() - 60 < 200
