"""Several workers on the same accounts: one finds out, all stand aside, one looks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from linkedapi_async import AccountPool, Call, ClientClosed, Policy, Scope, UserActionRequired
from linkedapi_async._clock import Clock
from linkedapi_async._sharing import LocalCoordinator, Parking, Turn
from linkedapi_async.events import ActionNeeded, ActionResolved, Event
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox

Open = Callable[..., AccountPool]
Gather = Callable[..., Awaitable[list[Any]]]


@attrs.define
class Board:
    """What the workers of one test share: turns, and who hears of parkings."""

    turns: LocalCoordinator = attrs.field(factory=LocalCoordinator)
    workers: list["Worker"] = attrs.field(factory=list["Worker"])
    parked: dict[tuple[str, str], Parking] = attrs.field(factory=dict[tuple[str, str], Parking])


@attrs.define(eq=False)
class Worker:
    """One worker's coordinator, in the memory of the test."""

    board: Board
    lease: float = 30.0
    answers: list[bool] = attrs.field(factory=list[bool])
    looks: int = 0
    _on_park: Callable[[Parking], bool] = attrs.field(init=False)
    _on_resume: Callable[[str, str], object] = attrs.field(init=False)

    async def open(
        self,
        *,
        clock: Clock,
        emit: Callable[[Event], None],
        on_park: Callable[[Parking], bool],
        on_resume: Callable[[str, str], object],
    ) -> None:
        """Join the others, and hear what they have parked."""
        self._on_park, self._on_resume = on_park, on_resume
        await self.board.turns.open(clock=clock, emit=emit, on_park=on_park, on_resume=on_resume)
        self.board.workers.append(self)
        self.answers += [on_park(parking) for parking in self.board.parked.values()]

    async def close(self) -> None:
        """Leave the others."""
        self.board.workers.remove(self)

    def pace(self, rate: float, *, backlog: Callable[[], int]) -> Any:
        """Return the budget."""
        return self.board.turns.pace(rate, backlog=backlog)

    def park(self, parking: Parking) -> None:
        """Tell the others."""
        key = parking.account, parking.cause
        if key not in self.board.parked:
            self.board.parked[key] = parking
            self.board.turns.park(parking)
            for other in self.board.workers:
                if other is not self:
                    other.answers.append(other._on_park(parking))

    def resume(self, account: str, cause: str) -> None:
        """Tell the others."""
        if self.board.parked.pop((account, cause), None) is not None:
            self.board.turns.resume(account, cause)
            for other in self.board.workers:
                if other is not self:
                    other._on_resume(account, cause)

    async def may_probe(self, account: str, cause: str) -> Turn:
        """Ask for the turn."""
        turn = await self.board.turns.may_probe(account, cause)
        self.looks += turn.wait == 0
        return turn

    def probed(self, turn: Turn, *, rest: float = 0.0) -> None:
        """Give it back."""
        self.board.turns.probed(turn, rest=rest)


@pytest.fixture
def board() -> Board:
    """Where the workers of the test meet."""
    return Board()


async def test_others_stand_aside(
    open_pool: Open, sandbox: Sandbox, board: Board, told: list[Event], reading: FetchPerson
) -> None:
    """What one worker finds out keeps the others from asking; one person is told once."""
    sandbox.sign_out(account="anna")
    async with (
        open_pool(coordinator=Worker(board)) as one,
        open_pool(coordinator=Worker(board)) as two,
    ):
        with pytest.raises(UserActionRequired):
            await one.run(Call("anna", reading))
        with pytest.raises(UserActionRequired) as caught:
            await two.run(Call("anna", reading))
        assert two.stats().parked == ("anna",)

    assert (caught.value.code, caught.value.attempts) == ("linkedinAccountSignedOut", 0)
    assert caught.value.hint
    assert len(sandbox.log.requests("start")) == 1
    assert len([event for event in told if isinstance(event, ActionNeeded)]) == 1


async def test_late_worker_learns(
    open_pool: Open, sandbox: Sandbox, board: Board, reading: FetchPerson
) -> None:
    """A worker that begins later knows before its first request, and what is not its own."""
    sandbox.inject("trialLimitReached", times=None)
    async with open_pool(coordinator=Worker(board)) as one:
        with pytest.raises(UserActionRequired):
            await one.run(Call("anna", reading))
        late = Worker(board)
        stranger = Parking(
            account="zoe", code="x", cause="x", scope=next(iter(board.parked.values())).scope,
            hint="", message="",
        )  # fmt: skip
        board.parked["zoe", "x"] = stranger
        async with open_pool(coordinator=late) as two:
            with pytest.raises(UserActionRequired) as caught:
                await two.run(Call("ben", reading))

    assert late.answers == [True, False]
    assert caught.value.attempts == 0
    assert len(sandbox.log.requests("start")) == 1


async def test_one_look_at_a_time(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    board: Board,
    told: list[Event],
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """However many workers hold calls, one looks at a time; its success lets all go on."""
    sandbox.sign_out(account="anna")
    workers = [Worker(board) for _ in range(4)]
    pools = [open_pool(coordinator=worker, policy=holding) for worker in workers]
    waiting = asyncio.gather(*(pool.run(Call("anna", reading)) for pool in pools for _ in range(5)))
    await clock.sleep(3600)
    looks = sum(worker.looks for worker in workers)
    starts = len(sandbox.log.requests("start"))

    sandbox.sign_in(account="anna")
    results = await waiting

    assert all(result.data is not None for result in results)
    assert 12 <= looks <= 30, "as many as one worker alone would make"
    assert starts <= looks + 8
    assert len([event for event in told if isinstance(event, ActionResolved)]) >= 1
    assert all(pool.stats().parked == () for pool in pools)
    assert not board.parked


async def test_others_turn_without_holding(
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    board: Board,
    reading: FetchPerson,
) -> None:
    """A worker whose call would look while another one does ends it at once."""
    sandbox.sign_out(account="anna")
    async with (
        open_pool(coordinator=Worker(board)) as one,
        open_pool(coordinator=Worker(board)) as two,
    ):
        call = Call("anna", reading)
        with pytest.raises(UserActionRequired):
            await one.run(call)
        await clock.sleep(6)
        await board.turns.may_probe("anna", "linkedinAccountSignedOut")

        with pytest.raises(UserActionRequired) as caught:
            await two.run(call)

    assert caught.value.attempts == 0
    assert len(sandbox.log.requests("start")) == 1


@pytest.mark.parametrize("ending", ["cancelled", "resumed"])
async def test_turn_that_nobody_uses(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    board: Board,
    holding: Policy,
    reading: FetchPerson,
    ending: str,
) -> None:
    """A turn that comes when nobody needs it any more is given back."""

    class Slow(Worker):
        given_back = 0

        async def may_probe(self, account: str, cause: str) -> Turn:
            turn = await super().may_probe(account, cause)
            await clock.sleep(50)
            return turn

        def probed(self, turn: Turn, *, rest: float = 0.0) -> None:
            self.given_back += 1
            super().probed(turn, rest=rest)

    worker = Slow(board)
    sandbox.sign_out(account="anna")
    pool = open_pool(coordinator=worker, policy=holding)
    waiting = asyncio.create_task(pool.run(Call("anna", reading)))
    await clock.sleep(20)
    assert (worker.looks, worker.given_back) == (1, 0)
    sandbox.sign_in(account="anna")

    if ending == "cancelled":
        waiting.cancel()
    else:
        pool.resume("anna")
    await asyncio.wait((waiting,))
    await clock.sleep(60)

    assert worker.given_back == 1
    assert (await pool.run(Call("anna", reading))).data is not None
    assert pool.stats().parked == ()


async def test_told_twice(
    open_pool: Open, sandbox: Sandbox, board: Board, reading: FetchPerson
) -> None:
    """What others found out too late is known already."""
    worker = Worker(board)
    sandbox.sign_out(account="anna")
    pool = open_pool(coordinator=worker)
    with pytest.raises(UserActionRequired):
        await pool.run(Call("anna", reading))
    (parking,) = board.parked.values()

    assert worker._on_park(parking)
    worker._on_resume("zoe", parking.cause)
    worker._on_resume("anna", "somethingElse")

    assert pool.stats().parked == ("anna",)


@pytest.mark.parametrize(("who", "after"), [(0, 1000.0), (1, 1000.0), (0, 1.0)])
async def test_resumed_by_hand_elsewhere(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    board: Board,
    holding: Policy,
    reading: FetchPerson,
    who: int,
    after: float,
) -> None:
    """Who mends an account at one worker opens it at all, whoever had found out."""
    sandbox.sign_out(account="anna")
    async with (
        open_pool(coordinator=Worker(board), policy=holding) as one,
        open_pool(coordinator=Worker(board), policy=holding) as two,
    ):
        first = asyncio.create_task(one.run(Call("anna", reading)))
        await clock.sleep(1)
        second = asyncio.create_task(two.run(Call("anna", reading)))
        await clock.sleep(after)
        sandbox.sign_in(account="anna")
        mended_at = clock.now()

        (one, two)[who].resume("anna")
        await asyncio.gather(first, second)

    assert [one.at for one in sandbox.log.workflows()] == pytest.approx([mended_at] * 2, abs=0.1)


async def test_looks_when_there_is_a_place(
    *,
    open_pool: Open,
    sandbox: Sandbox,
    clock: FakeClock,
    board: Board,
    holding: Policy,
    reading: FetchPerson,
) -> None:
    """While every place is taken nobody looks; the next place that is free serves for it."""
    pool = open_pool(coordinator=Worker(board), policy=holding, lane_width=1)
    first, second = (asyncio.create_task(pool.run(Call("anna", reading))) for _ in range(2))
    await clock.sleep(1)
    board.workers[0]._on_park(
        Parking(
            account="anna",
            code="linkedinAccountSignedOut",
            cause="linkedinAccountSignedOut",
            scope=Scope.ACCOUNT,
            hint="",
            message="",
        )
    )
    await clock.sleep(7)
    assert len(sandbox.log.requests("start")) == 1

    await asyncio.gather(first, second)

    assert len(sandbox.log.workflows()) == 2
    assert pool.stats().parked == ()


async def test_closed_while_it_opens(
    open_pool: Open, clock: FakeClock, board: Board, reading: FetchPerson
) -> None:
    """A pool that is closed while it gets in touch with others ends its calls."""

    class Slow(Worker):
        async def open(self, **given: Any) -> None:
            await clock.sleep(1e9)

        async def close(self) -> None:
            self.looks += 1

    clock.auto_jump = False
    worker = Slow(board)
    pool = open_pool(coordinator=worker)
    calling = asyncio.create_task(pool.run(Call("anna", reading)))
    for _ in range(3):
        await clock.sleep(0)

    await pool.aclose()

    with pytest.raises(ClientClosed):
        await calling
    assert worker.looks == 1
