"""Judged by the sandbox: what starts when quotas allow it never meets a limit of the service."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from linkedapi_async import CustomWorkflow, LinkedApi, LinkedApiAdmin, Policy
from linkedapi_async.actions import DoForPeople, OpenPersonPage, SearchPeople, SendMessage
from linkedapi_async.models.limits import SetLimitEntry
from linkedapi_async.operations import FetchPerson
from linkedapi_async.operations import SendMessage as Message
from linkedapi_async.operations._base import Operation
from linkedapi_async.quotas import Pacing, Quotas, WorkingHours, costs_in, costs_of
from linkedapi_async.testing import FakeClock, Sandbox

PERSON = "https://www.linkedin.com/in/person5"
PATIENT = attrs.evolve(Policy.batch(), deadline=None)
LIMITS = [
    SetLimitEntry(category="stMessages", period="daily", max_value=6),
    SetLimitEntry(category="stMessages", period="weekly", max_value=14),
    SetLimitEntry(category="stPersonProfileViews", period="daily", max_value=9),
    SetLimitEntry(category="stPersonProfileViews", period="monthly", max_value=40),
    SetLimitEntry(category="stSearchQueries", period="daily", max_value=2),
]
MESSAGE: Operation[Any] = Message(person_url=PERSON, text="Hi")
VISIT: Operation[Any] = FetchPerson(person_url=PERSON)
ROUND: Operation[Any] = CustomWorkflow(
    SearchPeople(limit=3, then=DoForPeople(then=OpenPersonPage(then=SendMessage(text="Hi"))))
)
CALLS = [MESSAGE, ROUND, VISIT, MESSAGE, ROUND, MESSAGE, VISIT, VISIT] * 4


def refused(sandbox: Sandbox) -> list[str]:
    """Return the types of the actions that met a limit."""
    return [one.action_type for one in sandbox.log.actions() if one.outcome == "limitExceeded"]


@pytest.fixture
def admin(sandbox: Sandbox, clock: FakeClock) -> LinkedApiAdmin:
    """What asks for limits and their usage."""
    token = sandbox.tokens.linked_api_token
    return LinkedApiAdmin(linked_api_token=token, base_url=sandbox.base_url, clock=clock)


@pytest.fixture
def run(api: LinkedApi, clock: FakeClock) -> Callable[..., Any]:
    """Run a call from a moment on."""
    patient = api.with_options(policy=PATIENT)

    async def start(call: Operation[Any], moment: Any) -> Any:
        await clock.sleep((moment - clock.wall()).total_seconds())
        return await patient.run(call)

    return start


async def test_calls_started_by_a_plan_never_meet_a_limit(
    *, sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, run: Callable[..., Any]
) -> None:
    """Limits and usage of the Admin API, hours and pauses: all is done, nothing is refused."""
    account_id = sandbox.account().account_id
    async with admin:
        await admin.limits.set(account_id=account_id, limits=LIMITS)
        await run(VISIT, clock.wall())
        quotas = Quotas(
            hours=WorkingHours(zone="Europe/Berlin", opens="09:00", closes="18:00"),
            pacing=Pacing(),
        )
        asked_at = clock.wall()
        quotas.take_in(
            await admin.limits.get(account_id), await admin.limits.get_usage(account_id), asked_at
        )
    calls = [costs_of(call) for call in CALLS]
    plan = quotas.plan(calls, clock.wall())
    last = quotas.earliest_feasible_at(calls, clock.wall())

    results = await asyncio.gather(*map(run, CALLS, plan))

    assert refused(sandbox) == []
    assert not any(result.errors for result in results)
    assert last is not None
    assert last == plan[-1]
    assert clock.wall() - last < timedelta(minutes=1)
    assert len({moment.date() for moment in plan if moment}) > 5


async def test_calls_started_when_they_may_never_meet_a_limit(
    *, sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, run: Callable[..., Any]
) -> None:
    """Asked again before each start, and told what each call really did."""
    account_id = sandbox.account().account_id
    async with admin:
        await admin.limits.set(account_id=account_id, limits=LIMITS)
        quotas = Quotas()
        quotas.take_in(await admin.limits.get(account_id), [], clock.wall())

    for call in CALLS:
        moment = quotas.feasible_at(costs_of(call), clock.wall())
        assert moment is not None
        await clock.sleep((moment - clock.wall()).total_seconds())
        spent = quotas.spend(costs_of(call), clock.wall(), draw=clock.draw())
        result = await run(call, moment)
        quotas.settle(spent, clock.wall(), actual=costs_in(result.completion))

    assert refused(sandbox) == []


@pytest.mark.parametrize(("lag", "is_refused"), [(900.0, False), (0.0, True)])
async def test_what_is_started_before_midnight_and_acts_after_it_is_reckoned_with(
    *, lag: float, is_refused: bool
) -> None:
    """Five minutes pass before a message is sent; without the lag, a day would see a third."""
    clock = FakeClock(start=datetime(2026, 1, 5, 23, 52, tzinfo=UTC))
    quotas = Quotas({"stMessages": 2}, pacing=Pacing(shortest=300.0, spread=0.0), lag=lag)
    plan = quotas.plan([costs_of(MESSAGE)] * 6, clock.wall())

    async with (
        Sandbox(clock=clock, duration=300.0, limits={"stMessages": 2}) as sandbox,
        LinkedApi(**sandbox.tokens, base_url=sandbox.base_url, clock=clock, policy=PATIENT) as api,
    ):
        for moment in plan:
            assert moment is not None
            await clock.sleep((moment - clock.wall()).total_seconds())
            await api.start(MESSAGE)
        await clock.sleep(3_600.0)

        assert len(sandbox.log.actions()) == len(plan)
        assert bool(refused(sandbox)) is is_refused


async def test_usage_told_by_the_account_itself_is_enough_after_a_restart(
    *, sandbox: Sandbox, api: LinkedApi, clock: FakeClock, run: Callable[..., Any]
) -> None:
    """Without the Admin API, what was executed is counted, and the day goes on where it was."""
    for _ in range(4):
        await run(MESSAGE, clock.wall())
    quotas = Quotas({"stMessages": 5})

    asked_at = clock.wall()
    quotas.recount(await api.usage(start=asked_at - timedelta(days=30), end=asked_at), asked_at)

    assert [one.current_usage for one in quotas.usage(clock.wall())] == [4]


async def test_the_same_calls_sent_at_once_do_meet_limits(
    *, sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin, run: Callable[..., Any]
) -> None:
    """It is the plan that keeps them from it; what was refused is started no more today."""
    async with admin:
        await admin.limits.set(account_id=sandbox.account().account_id, limits=LIMITS)

    results = await asyncio.gather(*(run(call, clock.wall()) for call in CALLS))

    quotas = Quotas()
    failures = [failure for result in results for failure in result.errors]
    for failure in failures:
        quotas.exhaust(failure.action_type, clock.wall())
    tomorrow = clock.wall().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert refused(sandbox)
    assert len(failures) == len(refused(sandbox))
    assert quotas.feasible_at(costs_of(MESSAGE), clock.wall()) == tomorrow
