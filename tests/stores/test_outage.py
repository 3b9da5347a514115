"""Redis gone, slow or strange: workers go on alone, say so once, and find back."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from linkedapi_async._clock import Alarm, SystemClock
from linkedapi_async.events import CoordinationLost, CoordinationRestored, Event
from linkedapi_async.stores import Parking, RedisCoordinator

if TYPE_CHECKING:
    from tests.conftest import RedisServer

    from .conftest import Worker

CAUSE = "linkedinAccountSignedOut"
EPISODE = ["CoordinationLost", "CoordinationRestored"]


class _Hasty(SystemClock):
    """A clock on which pauses pass ten times as fast; bounds of requests stay as they are.

    Attributes:
        ahead: Seconds that it is ahead.
    """

    ahead: float = 0.0

    def now(self) -> float:
        """Return the real moment, and a bit."""
        return super().now() + self.ahead

    async def sleep(self, delay: float) -> None:
        """Sleep for a tenth."""
        await super().sleep(delay / 10)

    def call_later(self, delay: float, ring: Callable[[], object]) -> Alarm:
        """Ring after a tenth."""
        return super().call_later(delay / 10, ring)


@pytest.fixture
def hasty(worker: "Callable[..., Worker]", redis_server: "RedisServer") -> "Callable[..., Worker]":
    """Make a worker on a Redis that can be stopped, whose pauses are short."""

    def make(**options: float) -> "Worker":
        made = worker(on=redis_server, **{"timeout": 0.5, **options})
        made.clock = _Hasty()
        return made

    return make


async def test_an_outage_is_told_once(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """One event tells of the loss, with a hint and what was seen, and one that it is over."""
    async with hasty() as first:
        redis_server.stop()
        await first.until(lambda: bool(first.told))
        turn = await first.coordinator.may_probe("acme", CAUSE)
        await first.clock.sleep(3.0)  # several attempts to connect
        redis_server.start()
        await first.until(lambda: len(first.told) > 1)

    [lost, restored] = first.told
    assert isinstance(lost, CoordinationLost)
    assert isinstance(restored, CoordinationRestored)
    assert (turn.wait, turn.number) == (0.0, 1)
    assert (lost.account, lost.store, lost.workers, restored.store) == ("", "redis", 1, "redis")
    assert "ConnectionError" in lost.reason
    assert "Redis" in lost.hint
    assert 0.2 < restored.lasted < 10


async def test_redis_may_be_missing_at_first(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", signed_out: Callable[..., Parking]
) -> None:
    """Without Redis a worker opens all the same; what it parks is told when Redis is there."""
    redis_server.stop()
    first = hasty()
    first.coordinator.park(signed_out())
    async with first:
        assert first.names() == ["CoordinationLost"]
        first.coordinator.park(signed_out("umbrella"))
        redis_server.start()
        async with hasty() as second:
            await second.until(lambda: len(second.parked) == 2)

    assert first.names() == EPISODE
    assert first.parked == []


@pytest.mark.parametrize("seconds", [0.2, 0.4])
async def test_a_silent_redis_holds_nobody_up(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", seconds: float
) -> None:
    """A Redis that answers nothing costs the timeout once, and only who asks it to probe."""
    async with hasty(timeout=seconds) as first:
        pacer = first.coordinator.pace(1000.0, backlog=lambda: 1)
        redis_server.freeze()
        began = first.clock.now()
        turn = await first.coordinator.may_probe("acme", CAUSE)
        asked = first.clock.now()
        again = await first.coordinator.may_probe("umbrella", CAUSE)
        permit = pacer.take(first.clock.now())
        ended = first.clock.now()
        redis_server.thaw()
        await first.until(lambda: len(first.told) > 1)

    assert turn.wait == again.wait == permit == 0.0
    assert asked - began < seconds + 0.3
    assert ended - asked < 0.1
    assert first.names() == EPISODE
    assert isinstance(first.told[0], CoordinationLost)
    assert first.told[0].reason == f"no answer within {seconds:g} s"


async def test_a_silent_redis_does_not_keep_a_worker_from_opening(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Opening takes no longer than the timeout, and neither does closing."""
    redis_server.freeze()
    first = hasty(timeout=0.2)
    began = first.clock.now()
    async with first:
        opened = first.clock.now() - began
        began = first.clock.now()
    closed = first.clock.now() - began

    assert first.names() == ["CoordinationLost"]
    assert opened < 0.5
    assert closed < 0.5


async def test_opening_can_be_cancelled(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Cancelled while it opens, a coordinator can be opened again."""
    first = hasty(timeout=30.0)
    redis_server.freeze()
    with pytest.raises(TimeoutError):
        async with first.clock.timer(0.1):
            await first.__aenter__()
    redis_server.thaw()

    async with first:
        assert first.told == []


async def test_data_that_redis_lost_is_told_again(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", signed_out: Callable[..., Parking]
) -> None:
    """A Redis that comes back empty does not resume anybody: workers fill it again."""
    async with hasty() as first, hasty() as second:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))
        redis_server.stop()
        for each in (first, second):
            await each.until(lambda: bool(each.told))  # noqa: B023 - awaited at once
        redis_server.start()
        for each in (first, second):
            await each.until(lambda: len(each.told) > 1)  # noqa: B023 - as above
        async with hasty() as third:
            await third.until(lambda: bool(third.parked))

    assert third.parked == [signed_out()]
    assert first.resumed == second.resumed == []


async def test_what_ended_during_an_outage_is_told_after_it(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", signed_out: Callable[..., Parking]
) -> None:
    """What one worker found gone while Redis was silent, the others hear as soon as they can."""
    async with hasty() as first, hasty() as second:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))
        redis_server.freeze()
        await first.coordinator.may_probe("acme", CAUSE)
        first.coordinator.resume("acme", CAUSE)
        second.coordinator.park(signed_out("umbrella"))
        await second.until(lambda: bool(second.told))
        redis_server.thaw()
        await second.until(lambda: bool(second.resumed))
        await first.until(lambda: bool(first.parked))

    assert second.resumed == [("acme", CAUSE)]
    assert first.parked == [signed_out("umbrella")]
    assert first.names() == second.names() == EPISODE


async def test_data_from_an_older_copy_is_mended(
    hasty: "Callable[..., Worker]",
    redis_server: "RedisServer",
    namespace: str,
    signed_out: Callable[..., Parking],
) -> None:
    """After a fail-over to a copy that lags behind, what it misses is told again, not resumed."""
    async with hasty() as first, hasty() as second:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))
        redis_server.ask("del", f"{{{namespace}}}:parked", f"{{{namespace}}}:expiry")
        redis_server.ask("hset", f"{{{namespace}}}:state", "version", "0")
        redis_server.ask("publish", f"{{{namespace}}}:changed", "")
        async with hasty() as third:
            await third.until(lambda: bool(third.parked))

    assert first.resumed == second.resumed == []


async def test_each_lives_on_its_share(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Alone, each of the workers last seen takes an even part of the budget."""
    async with hasty() as first, hasty():
        pacer = first.coordinator.pace(100.0, backlog=lambda: 100)
        while pacer.take(first.clock.now()):  # leased: both know of each other by then
            await first.clock.sleep(0.01)
        redis_server.stop()
        await first.until(lambda: bool(first.told))
        now = first.clock.now() + 100.0  # long after the last permit
        assert pacer.take(now) == 0.0
        alone = pacer.take(now)
        late = first.coordinator.pace(50.0, backlog=lambda: 1)
        assert late.take(now) == 0.0
        alone_too = late.take(now)

    assert isinstance(first.told[0], CoordinationLost)
    assert first.told[0].workers == 2
    assert alone == pytest.approx(0.02, abs=1e-3)
    assert alone_too == pytest.approx(0.04, abs=1e-3)


async def test_budget_is_leased_again_after_a_grace(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """After an outage the shares hold until the others can have noticed; a relapse ends that."""
    async with hasty() as first:
        pacer = first.coordinator.pace(1.0, backlog=lambda: 3)
        redis_server.stop()
        await first.until(lambda: len(first.told) == 1)
        redis_server.start()
        await first.until(lambda: len(first.told) == 2)
        redis_server.stop()
        await first.until(lambda: len(first.told) == 3)
        redis_server.start()
        await first.until(lambda: len(first.told) == 4)
        late = first.coordinator.pace(1000.0, backlog=lambda: 3)
        for each in (pacer, late):
            assert each.take(first.clock.now()) == 0.0
        assert redis_server.ask("exists", "{group}:budget") == "0"
        async with first.clock.timer(5.0):
            while not redis_server.ask("keys", "*:budget"):
                pacer.take(first.clock.now())
                await first.clock.sleep(0.1)

    assert first.names() == EPISODE * 2


async def test_strange_contents_hurt_nobody(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", namespace: str
) -> None:
    """Keys that somebody else has filled are an outage like any other."""
    redis_server.ask("set", f"{{{namespace}}}:state", "mine")
    async with hasty() as first:
        turn = await first.coordinator.may_probe("acme", CAUSE)
        redis_server.ask("del", f"{{{namespace}}}:state")
        await first.until(lambda: len(first.told) > 1)

    assert turn.wait == 0.0
    assert first.names() == EPISODE
    assert "WRONGTYPE" in str(first.told[0])


async def test_a_listener_that_fails_hurts_nobody(
    redis_server: "RedisServer", hasty: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """What the user of the coordinator raises ends in an event, and the worker lives on."""
    async with hasty() as first, hasty() as third:
        first.coordinator.park(signed_out())
        await third.until(lambda: bool(third.parked))
        second = hasty()

        def fail(parking: Parking) -> bool:
            raise ZeroDivisionError(parking.account)

        await second.coordinator.open(
            clock=second.clock,
            emit=second.told.append,
            on_park=fail,
            on_resume=lambda _account, _cause: None,
        )
        turn = await second.coordinator.may_probe("acme", CAUSE)
        await second.coordinator.close()

    assert turn.wait == 0.0
    assert second.names() == ["CoordinationLost"]
    assert "ZeroDivisionError: acme" in str(second.told[0])


async def test_a_turn_outlives_the_loss(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Turns given by Redis and turns given alone can be given back at any time."""
    async with hasty() as first:
        shared = await first.coordinator.may_probe("acme", CAUSE)
        redis_server.stop()
        await first.until(lambda: bool(first.told))
        first.coordinator.probed(shared)
        alone = await first.coordinator.may_probe("acme", CAUSE)
        first.coordinator.probed(alone, rest=50.0)
        resting = await first.coordinator.may_probe("acme", CAUSE)
        first.coordinator.resume("acme", CAUSE)
        after = await first.coordinator.may_probe("acme", CAUSE)
    first.coordinator.probed(shared)

    assert (alone.wait, after.wait) == (0.0, 0.0)
    assert 49 < resting.wait <= 50


async def test_a_password_is_never_told(
    redis_server: "RedisServer", worker: "Callable[..., Worker]"
) -> None:
    """Neither the url nor its password shows, not even where Redis repeats a word of it."""
    redis_server.ask("config", "set", "requirepass", "open sesame")
    first = worker()
    first.coordinator = RedisCoordinator(f"{redis_server.url}?password=username")
    async with first:
        shown = repr(first.coordinator) + repr(vars(first.coordinator)) + repr(first.told)

    assert first.names() == ["CoordinationLost"]
    assert "invalid …-password pair" in shown
    assert "username" not in shown

    second = worker()
    second.coordinator = RedisCoordinator(f"{redis_server.url}?password=open%20sesame")
    async with second:
        assert second.told == []


async def test_closing_beside_everything_ends(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Closing beside everything that happens ends, however often."""
    told: list[Event] = []
    for _ in range(20):
        async with hasty() as first, hasty() as second:
            pacer = first.coordinator.pace(1000.0, backlog=lambda: 100)
            pacer.take(first.clock.now())
            await asyncio.gather(*(each.coordinator.close() for each in (second, first)))
        told += first.told + second.told

    assert told == []


async def test_who_asks_while_it_closes_decides_alone(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """A request that closing cuts off is no outage, and its caller gets an answer."""
    async with hasty(timeout=0.3) as first:
        redis_server.freeze()
        asking = asyncio.ensure_future(first.coordinator.may_probe("acme", CAUSE))
        await first.clock.sleep(0.0)
    redis_server.thaw()

    assert (await asking).wait == 0.0
    assert first.told == []


async def test_a_cut_subscription_is_made_anew(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", signed_out: Callable[..., Parking]
) -> None:
    """A subscription that is cut off after a while is no outage; news go on coming at once."""
    async with hasty() as first, hasty() as second:
        second.coordinator.park(signed_out())
        await first.until(lambda: bool(first.parked))
        for each in (first, second):
            assert isinstance(each.clock, _Hasty)
            each.clock.ahead = 100.0
        redis_server.ask("client", "kill", "type", "pubsub")
        began = first.clock.now()
        second.coordinator.park(signed_out("umbrella"))
        await first.until(lambda: len(first.parked) > 1)
        took = first.clock.now() - began

    assert took < 1.0
    assert first.told == second.told == []


async def test_a_clock_of_redis_that_is_set_back_starves_nobody(
    hasty: "Callable[..., Worker]", redis_server: "RedisServer", namespace: str
) -> None:
    """Moments that lie in an impossible future are taken for what they are."""
    redis_server.ask("set", f"{{{namespace}}}:budget", "9" * 16)
    async with hasty() as first:
        pacer = first.coordinator.pace(1.0, backlog=lambda: 1)
        async with first.clock.timer(3.0):
            while wait := pacer.take(first.clock.now()):
                await first.clock.sleep(wait)
