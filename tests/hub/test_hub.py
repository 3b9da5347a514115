import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from itertools import pairwise
from typing import Any

import pytest

from linkedapi_async import ClientClosed, ConfigurationError, FatalError, TransientError
from linkedapi_async._hub import EXPIRED, ClientStats, Hub, Told
from linkedapi_async._types import Scope
from linkedapi_async.policy import BackOff
from linkedapi_async.testing import FakeClock

pytestmark = pytest.mark.usefixtures("unhandled")

New = Callable[..., Any]
NewHub = Callable[..., Hub]
Await = Callable[..., Awaitable[Told]]
Turns = Callable[[int], Awaitable[None]]

IDLE = ClientStats(waiting=0, due=0, polling=0, polls=0, paused_for=0.0)
DOWN = BackOff(0.0, TransientError("Down", scope=Scope.CLIENT))


def begin(*waits: Awaitable[Told]) -> list[asyncio.Future[Told]]:
    return [asyncio.ensure_future(wait) for wait in waits]


# ── one look at a time ──


async def test_waiters_share_the_looks(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """A thousand waiters of one workflow cost what one costs, and hear of its end together."""
    hub, wait = new_hub(), new_wait(ends_at=35.0)
    waiting = begin(*(await_end(hub, wait) for _ in range(1_000)))

    await still.advance(40.0)

    assert {one.result() for one in waiting} == {None}
    assert wait.looks == [10.0, 20.0, 30.0, 40.0]
    assert hub.stats().waiting == 0


async def test_waiters_that_come_and_go_never_look_twice_at_once(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """While a look hangs, those who leave, come back, or hear of changes send no other one."""
    hub, wait = new_hub(), new_wait()
    wait.gate = asyncio.Event()
    for _ in range(5):
        (waiting,) = begin(await_end(hub, wait, still.now() + 11.0))
        await still.advance(11.5)
        assert waiting.result() is EXPIRED
    (waiting,) = begin(await_end(hub, wait))
    await still.advance(0.0)
    for _ in range(3):
        hub.plan(wait)
        await still.advance(20.0)
    assert (wait.looks, wait.most) == ([10.0], 1)

    wait.ends_at = still.now()
    wait.gate.set()
    await still.advance(0.0)

    assert waiting.result() is None
    assert len(wait.looks) == 1


async def test_coming_back_keeps_the_schedule(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Somebody who waits a second at a time costs what somebody patient costs."""
    hub, patient, restless = new_hub(), new_wait(pause=30.0), new_wait(pause=30.0)
    (waiting,) = begin(await_end(hub, patient))
    for second in range(1, 121):
        (short,) = begin(await_end(hub, restless, float(second)))
        await still.advance(second - still.now())
        assert short.result() is EXPIRED
    waiting.cancel()

    assert patient.looks == [30.0, 60.0, 90.0, 120.0]
    assert restless.looks[:3] == [30.0, 60.0, 90.0]
    assert len(restless.looks) <= 4


@pytest.mark.parametrize("steps", range(-1, 8))
async def test_leaving_at_any_step(
    *,
    still: FakeClock,
    new_hub: NewHub,
    new_wait: New,
    await_end: Await,
    turns: Turns,
    steps: int,
) -> None:
    """Whenever the last waiter leaves around a due poll, at most that one is sent."""
    hub, wait = new_hub(), new_wait()
    waiting, other = begin(await_end(hub, wait), await_end(hub, new_wait(pause=1e6)))
    await turns(2)
    if steps < 0:
        waiting.cancel()  # it leaves in the very turn in which its poll comes up
        still._jump(10.0)
    else:
        still._jump(10.0)
        await turns(steps)
        waiting.cancel()
    await still.advance(100.0)

    assert waiting.cancelled() or steps > 5
    assert len(wait.looks) == (0 if steps < 0 else 1)
    stats = hub.stats()
    assert (stats.waiting, stats.due, stats.polling) == (1, 0, 0)
    (again,) = begin(await_end(hub, wait))
    await still.advance(10.0)
    assert len(wait.looks) >= 1
    assert wait.most == 1
    again.cancel()
    other.cancel()
    await turns(2)


async def test_a_place_in_line_outlives_who_took_it(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await, turns: Turns
) -> None:
    """Leaving while the poll stands in line, and coming back, sends one poll, not two."""
    hub = new_hub(rate=1.0)
    ahead, wait = [new_wait() for _ in range(5)], new_wait()
    waiting = begin(*(await_end(hub, one) for one in ahead), await_end(hub, wait))
    await still.advance(11.5)
    assert hub.stats().due == 4
    for _ in range(3):
        waiting.pop().cancel()
        await turns(2)
        assert hub.stats().due == 3
        waiting += begin(await_end(hub, wait))
        await turns(2)
        assert hub.stats().due == 4

    await still.advance(5.0)

    assert len(wait.looks) == wait.most == 1
    for one in waiting:
        one.cancel()
    await turns(2)


# ── ends ──


async def test_bounds_of_those_who_are_gone_ring_no_more(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Once a workflow has ended, no alarm is kept for what its waiters had asked for."""
    hub, wait = new_hub(), new_wait(ends_at=5.0, deadline_at=5e4)
    waiting = begin(*(await_end(hub, wait, 1e4 + number) for number in range(10)))
    waiting[0].cancel()

    await still.advance(10.0)

    assert [one.result() for one in waiting[1:]] == [None] * 9
    assert still.next_due in {None, 5e4 - 10.0}  # the hub's own alarm, set once for the deadline


async def test_news_that_ends_a_wait_for_everybody(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """A look that fails for good is told to all who wait; other workflows go on."""
    hub, wait, other = new_hub(), new_wait(), new_wait(ends_at=25.0)
    wait.outcome = FatalError("Gone")
    waiting = begin(*(await_end(hub, wait) for _ in range(3)), await_end(hub, other))

    await still.advance(40.0)

    assert [one.result() for one in waiting] == [wait.outcome] * 3 + [None]
    assert len(wait.looks) == 1


async def test_a_failure_nobody_waits_for(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await, turns: Turns
) -> None:
    """A look that fails after the last waiter has left bothers nobody; a bug in one neither."""
    hub, wait, other = new_hub(at_once=1), new_wait(), new_wait(ends_at=0.0, pause=20.0)
    wait.gate, wait.outcome = asyncio.Event(), KeyError("bug")
    left, stays = begin(await_end(hub, wait), await_end(hub, other))
    await still.advance(10.0)
    left.cancel()
    await turns(2)
    wait.gate.set()

    await still.advance(20.0)

    assert stays.result() is None


async def test_time_runs_out_while_the_poll_stands_in_line(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """A deadline is kept to the moment, also where the budget lets no poll through."""
    hub = new_hub(rate=0.01)
    waits = [new_wait(deadline_at=50.0) for _ in range(20)]
    bounded = begin(*(await_end(hub, wait) for wait in waits))
    (shorter,) = begin(await_end(hub, waits[7], 30.0))

    await still.advance(29.0)
    assert not shorter.done()
    await still.advance(1.0)
    assert shorter.result() is EXPIRED
    await still.advance(19.9)
    assert not any(one.done() for one in bounded)
    await still.advance(0.1)

    assert {one.result() for one in bounded} == {EXPIRED}
    assert sum(len(wait.looks) for wait in waits) == 1
    assert hub.stats().due == 0


async def test_deadline_of_a_wait_that_comes_back_while_its_look_hangs(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Nothing else is planned then; the deadline comes all the same."""
    hub, wait = new_hub(), new_wait(deadline_at=100.0)
    wait.gate = asyncio.Event()
    short, other = begin(await_end(hub, wait, 15.0), await_end(hub, new_wait(ends_at=20.0)))
    await still.advance(20.0)
    assert short.result() is EXPIRED
    assert other.result() is None
    (waiting,) = begin(await_end(hub, wait))

    await still.advance(80.0)

    assert waiting.result() is EXPIRED
    wait.gate.set()
    await still.advance(0.0)


@pytest.mark.parametrize("steps", range(6))
async def test_shut_at_any_step_of_a_due_poll(
    *,
    still: FakeClock,
    new_hub: NewHub,
    new_wait: New,
    await_end: Await,
    turns: Turns,
    steps: int,
) -> None:
    """Shut in the very turn a poll comes up, or any later, the hub tells everybody."""
    hub = new_hub(at_once=2)
    waits = [new_wait() for _ in range(5)]
    waits[0].gate = asyncio.Event()
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await turns(2)
    still._jump(10.0)
    await turns(steps)

    closed = ClientClosed("Closed")
    await hub.shut(closed)
    await turns(3)

    assert [one.result() for one in waiting] == [closed] * 5
    assert (hub.stats().waiting, hub.stats().due, hub.stats().polling) == (0, 0, 0)
    assert still.next_due is None
    looks = sum(len(wait.looks) for wait in waits)
    await still.advance(1_000.0)
    assert sum(len(wait.looks) for wait in waits) == looks
    with pytest.raises(ClientClosed):
        await hub.join(waits[0])


async def test_another_event_loop_is_refused(new_hub: NewHub, new_wait: New) -> None:
    """Joining from another event loop is refused in words before it can do harm."""
    hub, wait = new_hub(), new_wait()

    async def join() -> None:
        await hub.join(wait)

    with pytest.raises(ConfigurationError, match="another event loop") as caught:
        await asyncio.to_thread(asyncio.run, join())

    assert caught.value.code == "wrongLoop"
    assert hub.stats() == IDLE


# ── whose turn it is ──


async def test_accounts_take_turns(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """An account with 500 due polls delays those with five by no more than a round each."""
    hub = new_hub(rate=10.0)
    large = [new_wait(account="large") for _ in range(500)]
    small = [new_wait(account=f"small{number % 9}") for number in range(45)]
    waiting = begin(*(await_end(hub, wait) for wait in (*large, *small)))

    await still.advance(10.0 + 5.0)  # 50 permits

    assert [len(wait.looks) for wait in small] == [1] * 45
    assert sum(len(wait.looks) for wait in large) in {5, 6}
    for one in waiting:
        one.cancel()


async def test_those_who_left_take_no_turns(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await, turns: Turns
) -> None:
    """Polls in line that nobody waits for any more cost their account nothing."""
    hub = new_hub(rate=1.0)
    waits = [new_wait(account="crowd") for _ in range(300)]
    others = [new_wait(account="other", pause=0.5) for _ in range(3)]
    waiting = begin(*(await_end(hub, wait) for wait in (*others, *waits)))
    await still.advance(10.5)
    for one in waiting[3:-1]:
        one.cancel()
    await turns(2)

    await still.advance(3.0)

    assert len(waits[-1].looks) == 1
    (back,) = begin(await_end(hub, waits[0]))
    await still.advance(10.0)
    assert len(waits[0].looks) >= 1
    for one in (back, *waiting):
        one.cancel()
    await turns(2)


async def test_no_more_looks_at_once_than_allowed(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Replies that take their time hold places, and never more than there are."""
    hub = new_hub(at_once=7)
    waits = [new_wait(ends_at=0.0) for _ in range(100)]
    gate = asyncio.Event()
    for wait in waits:
        wait.gate = gate
    waiting = begin(*(await_end(hub, wait) for wait in waits))

    await still.advance(30.0)
    assert hub.stats().polling == sum(len(wait.looks) for wait in waits) == 7
    gate.set()
    await still.advance(0.0)

    assert {one.result() for one in waiting} == {None}
    assert hub.stats().polls == 100


async def test_the_last_looks_under_way_hand_over(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await, turns: Turns
) -> None:
    """Two hanging polls that fail into an outage, wanted by nobody any more, stop nobody else."""
    hub = new_hub(at_once=2)
    first = [new_wait(account=f"a{number}") for number in range(2)]
    rest = [new_wait(account=f"a{number}", pause=11.0) for number in range(4)]
    failing = new_wait(pause=1.0)
    failing.outcome = DOWN
    for wait in first:
        wait.gate, wait.outcome = asyncio.Event(), DOWN
    (broken,) = begin(await_end(hub, failing))
    await still.advance(2.0)
    broken.cancel()
    left = begin(*(await_end(hub, wait) for wait in first))
    stay = begin(*(await_end(hub, wait) for wait in rest))
    await still.advance(12.0)
    for one in left:
        one.cancel()
    await turns(2)
    for wait in first:
        wait.gate.set()

    await still.advance(60.0)

    assert all(wait.looks for wait in rest)
    for one in stay:
        one.cancel()
    await turns(2)


async def test_an_outage_is_looked_at_by_one(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """While the service is down one look is under way at a time; once it is back, many are."""
    hub = new_hub(at_once=8)
    waits = [new_wait(account=f"a{number % 5}") for number in range(50)]
    for wait in waits:
        wait.outcome, wait.gate = DOWN, asyncio.Event()
        wait.gate.set()
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await still.advance(60.0)
    known = hub.stats().polls
    most = 0
    gate = asyncio.Event()
    for wait in waits:
        wait.gate = gate
    for _ in range(600):
        await still.advance(1.0)
        most = max(most, hub.stats().polling)
        gate.set()
        await still.advance(0.0)
        gate.clear()
    assert most == 1
    assert 30 <= hub.stats().polls - known <= 90

    gate.set()
    for wait in waits:
        wait.outcome = None
    await still.advance(30.0)
    gate.clear()
    await still.advance(20.0)

    assert hub.stats().polling == 8
    gate.set()
    for one in waiting:
        one.cancel()
    await still.advance(0.0)


def test_the_end_of_the_loop_leaves_no_task(
    still: FakeClock, new_hub: NewHub, new_wait: New
) -> None:
    """A program that ends in the middle of polls, with others in line, leaves none pending."""

    async def program() -> tuple[asyncio.AbstractEventLoop, Hub]:
        hub, waits = new_hub(at_once=2), [new_wait() for _ in range(10)]
        for wait in waits:
            wait.gate = asyncio.Event()
        told = [hub.join(wait) for wait in waits]
        await still.advance(10.0)
        assert not any(one.done() for one in told)
        return asyncio.get_running_loop(), hub

    loop, hub = asyncio.run(program())

    assert hub.stats().polls == 2
    assert asyncio.all_tasks(loop) == set()


# ── lines and scouts ──


async def test_ends_let_the_next_in_line_move_up(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """An end rouses the next of its account, in the order they came; leaving rouses nobody."""
    hub = new_hub()
    runs = new_wait(ends_at=10.0)
    queued = [new_wait(queued=True, pause=1e4) for _ in range(3)]
    other = new_wait(account="other", queued=True, pause=1e4)
    waiting = begin(*(await_end(hub, wait) for wait in (runs, *queued, other)))
    await still.advance(5.0)
    waiting[1].cancel()
    await still.advance(1.0)
    assert [wait.promoted for wait in queued] == [0, 0, 0]

    await still.advance(4.0)

    assert waiting[0].result() is None
    assert [wait.promoted for wait in (*queued, other)] == [0, 1, 0, 0]
    assert [wait.looks for wait in queued] == [[], [10.0], []]
    for one in waiting:
        one.cancel()


async def test_places_in_line(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Each is told how many of its account came before it and have not gone."""
    hub = new_hub()
    waits = [new_wait(queued=True) for _ in range(6)]
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await still.advance(10.0)
    assert [wait.aheads for wait in waits] == [[place] for place in range(6)]
    for one in waiting[:2]:
        one.cancel()

    await still.advance(10.0)

    assert [wait.aheads[-1] for wait in waits[2:]] == [0, 1, 2, 3]
    assert hub.count("main") == 4
    for one in waiting:
        one.cancel()
    await still.advance(0.0)
    assert hub.count("main") == 0


async def test_one_parked_wait_looks_for_its_account(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Of 50 parked waits one asks; when it leaves another does; once open, all do."""
    hub = new_hub()
    waits = [new_wait(parked=True, pause=3600.0) for _ in range(50)]
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await still.advance(6 * 3600.0)
    counts = [len(wait.looks) for wait in waits]
    assert sum(counts) == max(counts) <= 6
    assert max(wait.questions for wait in waits) <= 2 * 6 + 2
    waiting[counts.index(max(counts))].cancel()

    await still.advance(6 * 3600.0)

    assert sum(map(bool, (len(wait.looks) for wait in waits))) == 2
    assert 8 <= sum(len(wait.looks) for wait in waits) <= 12
    before = [len(wait.looks) for wait in waits]
    for wait in waits:
        wait.parked = False
        wait.ends_at = still.now()
    await still.advance(2 * 3600.0)
    assert [one.cancelled() or one.result() is None for one in waiting] == [True] * 50
    assert max(len(wait.looks) - seen for wait, seen in zip(waits, before, strict=True)) == 1


async def test_a_scout_that_has_begun_looks_for_nobody(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """Once the one that looked for all runs, the others find out for themselves, one by one."""
    hub = new_hub()
    waits = [new_wait(parked=True, pause=3600.0) for _ in range(5)]
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await still.advance(3700.0)
    (scout,) = [wait for wait in waits if wait.looks]
    scout.parked, scout.pause = False, 1e6

    await still.advance(3 * 3600.0)

    others = [wait for wait in waits if wait is not scout]
    assert len(scout.looks) == 2
    assert sorted(bool(wait.looks) for wait in others) == [False, False, False, True]
    for one in waiting:
        one.cancel()
    await still.advance(0.0)


# ── the rest ──


async def test_looks_run_outside_any_callers_context(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """What a caller has bound is not seen by a poll, which may be another caller's as well."""
    mine: ContextVar[str] = ContextVar("mine", default="nobody's")
    hub, wait, seen = new_hub(), new_wait(ends_at=15.0), list[str]()

    class Listening(asyncio.Event):
        async def wait(self) -> Any:
            seen.append(mine.get())

    wait.gate = Listening()
    mine.set("somebody's")
    (waiting,) = begin(await_end(hub, wait))

    await still.advance(20.0)

    assert waiting.result() is None
    assert seen == ["nobody's", "nobody's"]


async def test_stats_while_paused(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """A service that asks for half a minute stops all polls, and tells for how long."""
    hub, first = new_hub(), new_wait(pause=1.0)
    first.outcome = BackOff(30.0, TransientError("Slow", scope=Scope.CLIENT))
    waits = [new_wait(pause=2.0) for _ in range(9)]
    waiting = begin(*(await_end(hub, wait) for wait in (first, *waits)))

    await still.advance(5.0)

    assert hub.stats() == ClientStats(waiting=10, due=10, polling=0, polls=1, paused_for=26.0)
    assert hub.waits == {first, *waits}
    first.outcome = None
    await still.advance(26.0)
    assert hub.stats().polls == 11
    assert hub.stats().paused_for == 0.0
    for one in waiting:
        one.cancel()


async def test_time_that_leaps(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await, turns: Turns
) -> None:
    """A process that slept for hours polls each workflow once, and within the budget."""
    hub = new_hub(rate=100.0)
    waits = [new_wait(ends_at=100.0) for _ in range(50)]
    waiting = begin(*(await_end(hub, wait) for wait in waits))
    await turns(2)

    still._jump(12 * 3600.0)
    await still.advance(1.0)

    assert {one.result() for one in waiting} == {None}
    moments = sorted(wait.looks[0] for wait in waits)
    assert [len(wait.looks) for wait in waits] == [1] * 50
    assert min(b - a for a, b in pairwise(moments)) >= 0.0099


@pytest.mark.parametrize("ends_at", [5.0, 40.0], ids=["before-the-poll", "after"])
async def test_time_that_leaps_past_every_bound(
    *,
    still: FakeClock,
    new_hub: NewHub,
    new_wait: New,
    await_end: Await,
    turns: Turns,
    ends_at: float,
) -> None:
    """A waiter's own bound and the deadline may pass at once; it is told once, and nothing sent."""
    hub, wait = new_hub(), new_wait(deadline_at=50.0)
    waiting = begin(await_end(hub, wait, ends_at), await_end(hub, wait))
    await turns(2)

    still._jump(100.0)
    await still.advance(1_000.0)

    assert [one.result() for one in waiting] == [EXPIRED, EXPIRED]
    assert wait.looks == []


async def test_failures_of_one_call_pause_nobody(
    still: FakeClock, new_hub: NewHub, new_wait: New, await_end: Await
) -> None:
    """What fails for a cause of its own, however often, is no outage."""
    hub, odd, other = new_hub(), new_wait(pause=1.0), new_wait(pause=50.0)
    odd.outcome = BackOff(0.0, TransientError("Odd", scope=Scope.CALL))
    waiting = begin(await_end(hub, odd), await_end(hub, other))

    await still.advance(50.0)

    assert len(odd.looks) == 50
    assert other.looks == [50.0]
    assert hub.stats().paused_for == 0.0
    for one in waiting:
        one.cancel()


@pytest.mark.soak
async def test_nothing_is_left_of_those_who_come_back(
    *,
    still: FakeClock,
    new_hub: NewHub,
    new_wait: New,
    turns: Turns,
    soaking: bool,
) -> None:
    """Waits that are taken up again and again keep one entry each, as if they had been patient."""
    hub = new_hub()
    waits = [new_wait(pause=1e6, deadline_at=1e7) for _ in range(1_000 if soaking else 200)]
    told = {wait: hub.join(wait) for wait in waits}
    for _ in range(200 if soaking else 40):
        for wait in waits:
            hub.leave(wait, told[wait])
            told[wait] = hub.join(wait)

    assert max(len(hub._polls), len(hub._deadlines)) <= 2 * len(waits) + 16
    for wait in waits:
        hub.leave(wait, told[wait])
    assert len(hub._polls) + len(hub._deadlines) == 0
    assert not hub._groups
    await turns(1)


@pytest.mark.soak
async def test_budget_over_ten_thousand_scripted_waits(
    *,
    still: FakeClock,
    new_hub: NewHub,
    new_wait: New,
    await_end: Await,
    busiest: Callable[[list[float]], int],
    soaking: bool,
) -> None:
    """Ten times more due than may be sent: the budget holds in every second, and is used up."""
    count, rate = (10_000, 200.0) if soaking else (1_000, 20.0)
    hub, chance = new_hub(rate=rate), still.draw
    waits = [
        new_wait(
            account=f"a{number % 20}",
            pause=1.0 + 4.0 * chance(),
            ends_at=300.0 * chance(),
        )
        for number in range(count)
    ]
    waiting = begin(*(await_end(hub, wait) for wait in waits))

    await still.advance(100.0)
    moments = [at for wait in waits for at in wait.looks]
    per_account = Counter(wait.account for wait in waits for at in wait.looks if 10.0 <= at < 100.0)

    assert busiest(moments) <= rate
    assert len(moments) >= 0.97 * rate * 98.0
    assert max(per_account.values()) - min(per_account.values()) <= 2
    for one in waiting:
        one.cancel()
    await still.advance(0.0)
