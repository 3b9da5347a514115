"""Workers on one Redis park, resume and probe like one."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async.stores import Parking, Turn
from linkedapi_async.stores._parkings import name_of

if TYPE_CHECKING:
    from tests.conftest import RedisServer

    from .conftest import Worker

CAUSE = "linkedinAccountSignedOut"
NAME = name_of(("acme", CAUSE))


async def test_a_parking_reaches_the_others(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """Everybody but the one who found out hears of a parking, whole and once."""
    async with worker() as first, worker() as second, worker() as third:
        first.coordinator.park(signed_out())
        for other in (second, third):
            await other.until(lambda: bool(other.parked))  # noqa: B023 - awaited at once

    assert second.parked == third.parked == [signed_out()]
    assert first.parked == []


async def test_whoever_joins_later_learns_what_is_parked(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """A parking outlives the worker that told of it; who joins hears of it while joining."""
    async with worker() as first:
        first.coordinator.park(signed_out())

    async with worker() as second:
        assert second.parked == [signed_out()]


async def test_a_resumption_reaches_all(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """Whoever finds a cause gone tells all who hold it, the one who parked it too."""
    async with worker() as first, worker() as second, worker(accounts=set()) as stranger:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))
        second.coordinator.resume("acme", CAUSE)
        await first.until(lambda: bool(first.resumed))
        async with worker() as third:
            assert third.parked == []

    assert first.resumed == [("acme", CAUSE)]
    assert second.resumed == stranger.resumed == []


async def test_news_keep_their_order(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """What was parked, resumed and parked again in one breath is parked in the end."""
    async with worker() as first, worker() as second:
        first.coordinator.park(signed_out())
        first.coordinator.resume("acme", CAUSE)
        first.coordinator.park(signed_out())
        first.coordinator.park(signed_out("umbrella"))
        await second.until(lambda: len(second.parked) == 2)

    assert {parking.account for parking in second.parked} == {"acme", "umbrella"}
    assert second.resumed == []


async def test_groups_do_not_meet(
    worker: "Callable[..., Worker]", shared_redis: "RedisServer", signed_out: Callable[..., Parking]
) -> None:
    """Another namespace on the same Redis hears of nothing."""
    from linkedapi_async.stores import RedisCoordinator  # noqa: PLC0415 - for this test

    stranger = worker()
    stranger.coordinator = RedisCoordinator(shared_redis.url, namespace="elsewhere")
    async with worker() as first, stranger, worker() as second:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))
        turns = [await each.coordinator.may_probe("acme", CAUSE) for each in (first, stranger)]

    assert stranger.parked == []
    assert [turn.wait for turn in turns] == [0.0, 0.0]


async def test_one_worker_probes_at_a_time(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """Of many who ask at once one gets the turn; when it gives it back, one of the others."""
    async with worker() as first, worker() as second:
        first.coordinator.park(signed_out())
        await second.until(lambda: bool(second.parked))

        async def ask() -> list[Turn]:
            asked = [each.coordinator.may_probe("acme", CAUSE) for each in (first, second) * 5]
            return await asyncio.gather(*asked)

        before = await ask()
        given = [turn for turn in before if turn.wait == 0.0]
        for each in (first, second):
            each.coordinator.probed(given[0])
        again = await _next_turn(second)

    assert len(given) == 1
    assert all(29 < turn.wait <= 30 for turn in before if turn is not given[0])
    assert (given[0].number, again.number) == (1, 2)


async def test_nobody_probes_during_a_rest(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """A rest after a probe holds for all; a resumption ends it, and numbers begin anew."""
    async with worker() as first, worker() as second:
        first.coordinator.park(signed_out())
        turn = await first.coordinator.may_probe("acme", CAUSE)
        first.coordinator.probed(turn, rest=300.0)
        first.coordinator.park(signed_out("umbrella"))  # told after the turn was given back
        await second.until(lambda: len(second.parked) == 2)
        resting = await second.coordinator.may_probe("acme", CAUSE)
        first.coordinator.resume("acme", CAUSE)
        await second.until(lambda: bool(second.resumed))
        anew = await second.coordinator.may_probe("acme", CAUSE)

    assert 200 < resting.wait <= 300
    assert (anew.wait, anew.number) == (0.0, 1)


async def test_a_turn_ends_with_its_lease(worker: "Callable[..., Worker]") -> None:
    """A turn that nobody gives back is over when it said, and giving it back late ends no other."""
    async with worker(lease=0.3) as first, worker(lease=0.3) as second:
        late = await first.coordinator.may_probe("acme", CAUSE)
        refused = await second.coordinator.may_probe("acme", CAUSE)
        await second.clock.sleep(refused.wait + 0.01)
        turn = await second.coordinator.may_probe("acme", CAUSE)
        first.coordinator.probed(late)
        await first.coordinator.close()
        third = await second.coordinator.may_probe("acme", CAUSE)

    assert (turn.wait, refused.number) == (0.0, 0)
    assert 0 < refused.wait <= 0.3
    assert third.wait > 0.2


async def test_closing_gives_turns_back(worker: "Callable[..., Worker]") -> None:
    """A turn given back just before closing is free for the others at once."""
    async with worker() as first, worker() as second:
        first.coordinator.probed(await first.coordinator.may_probe("acme", CAUSE))
        await first.coordinator.close()
        turn = await second.coordinator.may_probe("acme", CAUSE)

    assert turn.wait == 0.0


async def test_a_cancelled_request_gives_its_turn_back(
    worker: "Callable[..., Worker]", redis_server: "RedisServer"
) -> None:
    """Cancelled while it asks, a caller leaves no turn behind."""
    async with worker(on=redis_server, timeout=30.0) as first:
        redis_server.freeze()
        asking = asyncio.ensure_future(first.coordinator.may_probe("acme", CAUSE))
        await first.clock.sleep(0.05)  # the request is in the socket, and Redis will read it
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        redis_server.thaw()

        assert (await _next_turn(first)).wait == 0.0


async def test_parkings_without_anybody_are_forgotten(
    worker: "Callable[..., Worker]",
    shared_redis: "RedisServer",
    namespace: str,
    signed_out: Callable[..., Parking],
) -> None:
    """A parking expires unless a worker has the account; one that has keeps it alive."""
    kept = f"{{{namespace}}}:expiry"
    ahead = _Ahead()
    keeper = worker()
    keeper.clock = ahead
    async with keeper as first:
        first.coordinator.park(signed_out())
        first.coordinator.park(signed_out("umbrella"))
        async with worker(accounts={"umbrella"}) as second:
            await second.until(lambda: signed_out("umbrella") in second.parked)
            shared_redis.ask("zadd", kept, "9999999999999", NAME)
            ahead.by = 250.0
            first.coordinator.park(signed_out("wayne"))
            await second.until(lambda: signed_out("wayne") in second.parked)
            expires_at = float(shared_redis.ask("zscore", kept, NAME))
            shared_redis.ask("zadd", kept, "1", NAME)
            second.coordinator.park(signed_out("stark"))
            await first.until(lambda: bool(first.resumed))

    seconds, _ = shared_redis.ask("time").split()
    assert int(seconds) + 500 < expires_at / 1000 < int(seconds) + 601
    assert first.resumed == [("acme", CAUSE)]
    assert second.resumed == []


async def test_redis_forgets_the_group(
    worker: "Callable[..., Worker]",
    shared_redis: "RedisServer",
    namespace: str,
    signed_out: Callable[..., Parking],
) -> None:
    """Everything in Redis expires by itself, and none of it is more than the facts."""
    async with worker() as first:
        first.coordinator.park(signed_out())
        await first.coordinator.may_probe("acme", CAUSE)
        pacer = first.coordinator.pace(100.0, backlog=lambda: 1)
        while wait := pacer.take(first.clock.now()):
            await first.clock.sleep(wait)
    keys = shared_redis.ask("keys", f"{{{namespace}}}*").splitlines()
    [entry] = shared_redis.ask("hvals", f"{{{namespace}}}:parked").splitlines()

    assert {key.split(":")[1] for key in keys} >= {"state", "parked", "expiry", "probes", "turn"}
    assert all(shared_redis.ask("pttl", key) != "-1" for key in keys)
    assert json.loads(entry) == attrs.asdict(signed_out())


async def _next_turn(worker: "Worker") -> Turn:
    """Ask until the turn is given; it has been given back, and that takes a message."""
    async with worker.clock.timer(10.0):
        while (turn := await worker.coordinator.may_probe("acme", CAUSE)).wait:
            pass
    return turn


class _Ahead(SystemClock):
    """A clock that can be set.

    Attributes:
        by: Seconds that it is ahead.
    """

    by: float = 0.0

    def now(self) -> float:
        """Return the real moment, and a bit."""
        return super().now() + self.by
