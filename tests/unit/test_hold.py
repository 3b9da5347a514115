"""Held calls: proved refused, they wait until a person has acted."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from linkedapi_async._messages import Purpose, Refusal
from linkedapi_async._types import Certainty
from linkedapi_async.errors import FatalError, OutcomeUnknown, TransientError, UserActionRequired
from linkedapi_async.events import ActionNeeded, ActionResolved, Held
from linkedapi_async.policy import OnUserAction, Policy
from linkedapi_async.testing import FakeClock

Refused = Callable[..., Refusal]
Counted = Callable[[Iterable[object]], dict[str, int]]

HOLD = Policy(on_user_action=OnUserAction.HOLD, deadline=None)


class Service:
    """Refuses every start until somebody signs in; notes who asked when."""

    def __init__(
        self, clock: FakeClock, refusal: Refusal | None, *, answers_in: float = 0.0
    ) -> None:
        self.refusal = refusal
        self.asked_at: list[float] = []
        self.at_once = self.most_at_once = 0
        self._clock = clock
        self._answers_in = answers_in

    async def __call__(self) -> Any:
        """Answer one start."""
        self.asked_at.append(self._clock.now())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self._answers_in:
                await self._clock.sleep(self._answers_in)
            return self.refusal or "wf-1"
        finally:
            self.at_once -= 1


async def test_a_held_call_goes_on_by_itself(bench: Any, refused: Refused) -> None:
    """The call looks now and then, ever more seldom, and succeeds once it can."""
    service = Service(bench.clock, refused())
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(3600)
    service.refusal = None

    assert await held == "wf-1"

    assert bench.names() == ["ActionNeeded", "Held", "ActionResolved"]
    pauses = [
        later - earlier
        for earlier, later in zip(service.asked_at, service.asked_at[1:], strict=False)
    ]
    assert 2.5 <= pauses[0] <= 5
    assert all(2.5 <= pause <= 300 for pause in pauses)
    assert max(pauses) > 100
    assert len(pauses) < 40
    held_event = bench.told[1]
    assert isinstance(held_event, Held)
    assert (held_event.code, held_event.account) == ("linkedinAccountSignedOut", "acme")


async def test_of_many_held_calls_one_looks_at_a_time(
    bench: Any, refused: Refused, counted: Counted
) -> None:
    """Fifty held calls ask like one, and one success lets all of them go on."""
    service = Service(bench.clock, refused(), answers_in=1.0)
    held = [
        asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service)) for _ in range(50)
    ]
    await bench.clock.sleep(2)
    service.most_at_once = 0

    await bench.clock.sleep(3600)
    looked, most_looked = len(service.asked_at) - 50, service.most_at_once
    service.refusal = None
    ends = await asyncio.gather(*held)

    assert most_looked == 1
    assert looked < 40
    assert ends == ["wf-1"] * 50
    assert counted(bench.told) == {"ActionNeeded": 1, "Held": 50, "ActionResolved": 1}
    assert len(service.asked_at) == 50 + looked + 50


async def test_a_success_elsewhere_lets_held_calls_go_on_at_once(
    still_bench: Any, refused: Refused
) -> None:
    """Nobody waits for the next look when another call has shown that the cause is gone."""
    clock: FakeClock = still_bench.clock
    service = Service(clock, refused())
    held = [
        asyncio.ensure_future(still_bench.executor.execute(still_bench.call(HOLD), service))
        for _ in range(3)
    ]
    await clock.advance(0)
    service.refusal = None

    await still_bench.executor.execute(still_bench.call(), service)
    await clock.advance(0)

    assert [call.done() for call in held] == [True] * 3
    assert clock.now() == 0


async def test_a_deadline_while_held_raises_what_holds(bench: Any, refused: Refused) -> None:
    """The caller gets the person's cause, not a timeout, with the time it really took."""
    service = Service(bench.clock, refused())

    with pytest.raises(UserActionRequired) as caught:
        await bench.executor.execute(bench.call(HOLD, deadline=60), service)

    assert bench.clock.now() == 60
    assert caught.value.elapsed == 60
    assert caught.value.attempts == len(service.asked_at) > 1
    assert caught.value.code == "linkedinAccountSignedOut"
    assert bench.names() == ["ActionNeeded", "Held", "Raised"]


async def test_a_deadline_while_queued_raises_too(bench: Any, refused: Refused) -> None:
    """A call that never got to look ends at its own deadline; the one that looks goes on."""
    service = Service(bench.clock, refused())
    looking = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)

    with pytest.raises(UserActionRequired) as caught:
        await bench.executor.execute(bench.call(HOLD, deadline=30), service)

    assert (bench.clock.now(), caught.value.elapsed, caught.value.attempts) == (31, 30, 1)
    service.refusal = None
    assert await looking == "wf-1"


async def test_the_next_in_line_looks_when_the_first_gives_up(bench: Any, refused: Refused) -> None:
    """A held call that ends hands the looking on."""
    service = Service(bench.clock, refused())
    first = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)
    second = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(10)

    first.cancel()
    service.refusal = None

    assert await second == "wf-1"


async def test_only_what_was_proved_refused_is_held(bench: Any, refused: Refused) -> None:
    """A write that may run is raised, whatever the policy would like."""
    service = Service(bench.clock, refused(certainty=Certainty.MAYBE_ACCEPTED))

    with pytest.raises(OutcomeUnknown):
        await bench.executor.execute(bench.call(HOLD), service)

    assert len(service.asked_at) == 1
    assert bench.names() == ["ActionNeeded", "Raised"]


async def test_another_cause_met_while_looking_is_told_and_held(
    bench: Any, refused: Refused
) -> None:
    """Signed in, then without a seat: two causes, two announcements."""
    service = Service(bench.clock, refused(), answers_in=0.5)
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(60)
    service.refusal = refused("noActiveSeats")
    await bench.clock.sleep(600)
    service.refusal = None

    assert await held == "wf-1"

    needed = [event.code for event in bench.told if isinstance(event, ActionNeeded)]
    resolved = {event.code for event in bench.told if isinstance(event, ActionResolved)}
    assert needed == ["linkedinAccountSignedOut", "noActiveSeats"]
    assert resolved == {"linkedinAccountSignedOut", "noActiveSeats"}


async def test_a_fatal_answer_ends_a_held_call(bench: Any, refused: Refused) -> None:
    """What looking brings is decided like any answer."""
    service = Service(bench.clock, refused())
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)
    service.refusal = refused("invalidWorkflow")

    with pytest.raises(FatalError):
        await held


async def test_a_passing_failure_while_looking_is_one_retry(bench: Any, refused: Refused) -> None:
    """A look that fails on the way is sent again, and costs the budget one retry."""
    service = Service(bench.clock, refused())
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)
    before = bench.budget.tokens

    service.refusal = refused("tooManyRequests", retry_after=10.0)
    await bench.clock.sleep(8)
    service.refusal = None

    assert await held == "wf-1"
    assert bench.names("ActionNeeded", "Held", "ActionResolved") == ["BackingOff"]
    assert before - bench.budget.tokens == pytest.approx(1.0)


async def test_the_last_retry_of_the_budget_is_enough_for_a_look(
    bench: Any, refused: Refused
) -> None:
    """One retry is left, and one is needed."""
    service = Service(bench.clock, refused())
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)
    bench.drain(left=1)

    service.refusal = refused("tooManyRequests", retry_after=10.0)
    await bench.clock.sleep(8)
    service.refusal = None

    assert await held == "wf-1"


async def test_a_passing_failure_without_budget_ends_a_held_call(
    bench: Any, refused: Refused
) -> None:
    """Without a retry to spend, the failure of the look is raised."""
    service = Service(bench.clock, refused())
    held = asyncio.ensure_future(bench.executor.execute(bench.call(HOLD), service))
    await bench.clock.sleep(1)
    bench.drain()
    service.refusal = refused("connectionFailed")

    with pytest.raises(TransientError):
        await held


async def test_a_released_call_proves_nothing_about_later_refusals(
    still_bench: Any, refused: Refused
) -> None:
    """The answer to a request sent before a new refusal does not close its episode."""
    clock: FakeClock = still_bench.clock
    service = Service(clock, refused(), answers_in=10.0)
    held = asyncio.ensure_future(still_bench.executor.execute(still_bench.call(HOLD), service))
    await clock.advance(0)
    await clock.advance(10)  # refused, and held
    service.refusal = None
    await still_bench.executor.execute(still_bench.call(), Service(clock, None))
    await clock.advance(0)  # released: its request is on its way until 20

    await clock.advance(5)
    again = Service(clock, refused())
    with pytest.raises(UserActionRequired):
        await still_bench.executor.execute(still_bench.call(), again)
    await clock.advance(5)

    assert held.result() == "wf-1"
    assert still_bench.names("Held", "Raised") == ["ActionNeeded", "ActionResolved", "ActionNeeded"]
    assert still_bench.episodes


async def test_a_held_poll_goes_on_and_tells_so(bench: Any, refused: Refused) -> None:
    """A poll that is answered again has disproved what held it."""
    service = Service(bench.clock, refused())
    call = bench.call(HOLD, purpose=Purpose.POLL)
    held = asyncio.ensure_future(bench.executor.execute(call, service))
    await bench.clock.sleep(60)
    service.refusal = None

    assert await held == "wf-1"

    assert bench.names() == ["ActionNeeded", "Held", "ActionResolved"]
    assert not bench.episodes


async def test_a_changed_token_releases_held_calls(still_bench: Any, refused: Refused) -> None:
    """Calls held by a wrong token go on as soon as there is another one."""
    clock: FakeClock = still_bench.clock
    service = Service(clock, refused("invalidIdentificationToken"))
    held = asyncio.ensure_future(still_bench.executor.execute(still_bench.call(HOLD), service))
    await clock.advance(0)
    service.refusal = None

    still_bench.executor.token_changed("acme")
    await clock.advance(0)

    assert held.result() == "wf-1"
    assert clock.now() == 0


async def test_accounts_are_held_apart(still_bench: Any, refused: Refused) -> None:
    """What heals one account leaves the other waiting."""
    clock: FakeClock = still_bench.clock
    services = [Service(clock, refused()) for _ in range(2)]
    held = [
        asyncio.ensure_future(
            still_bench.executor.execute(still_bench.call(HOLD, account=name), service)
        )
        for name, service in zip(("a", "b"), services, strict=True)
    ]
    await clock.advance(0)
    for service in services:
        service.refusal = None

    await still_bench.executor.execute(still_bench.call(account="a"), services[0])
    await clock.advance(0)
    first = [call.done() for call in held]
    await still_bench.executor.execute(still_bench.call(account="b"), services[1])
    await clock.advance(0)

    assert first == [True, False]
    assert [call.done() for call in held] == [True, True]
