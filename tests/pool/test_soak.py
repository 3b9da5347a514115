"""A pool at work for long, in all weathers: nothing piles up, and nothing is written twice."""

import asyncio
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from linkedapi_async import AccountPool, Call
from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Drop, Html, Reset, Slow, Truncate

SOAKER = Path(__file__).with_name("soaker.py")
NAMES = tuple("abcdef")
PATIENCE = 120.0
SLACK = 64
"""Stale entries that a heap may keep beside twice the others."""


@pytest.fixture(scope="module")
def soaker() -> ModuleType:
    """The bot, which also runs as a script."""
    spec = spec_from_file_location("soaker", SOAKER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Weather:
    """What may happen to a service, drawn by chance."""

    def __init__(self, service: Sandbox, clock: Clock, *, gap: float) -> None:
        """Begin with nothing in the way.

        Args:
            service: What it happens to.
            clock: Time.
            gap: Mean seconds between two events.
        """
        self._service = service
        self._clock = clock
        self._gap = gap
        self._chance = random.Random(1)
        self.happened: Counter[str] = Counter()

    @asynccontextmanager
    async def rough(self) -> AsyncGenerator[None]:
        """Let things happen for as long as the block lasts; at its end all is mended."""
        raging = asyncio.create_task(self._rage())
        try:
            yield
        finally:
            raging.cancel()
            await asyncio.wait((raging,))
            self._service.clear_faults()
            self._service.sign_in()
            self._service.open_hours()

    async def _rage(self) -> None:
        events: list[Callable[[], object]] = [
            self._cut,
            self._fail,
            self._slow_down,
            self._sign_out,
            self._close_hours,
            self._service.drop_idle_connections,
        ]
        while True:
            await self._clock.sleep(self._chance.expovariate(1 / self._gap))
            event = self._chance.choice(events)
            self.happened[event.__name__] += 1
            event()

    def _on(self) -> Any:
        return self._chance.choice(("start", "poll", "any"))

    def _account(self) -> str:
        return self._chance.choice(NAMES)

    def _later(self, mend: Callable[[], object]) -> None:
        self._clock.call_later(self._chance.expovariate(0.2 / self._gap), mend)

    def _cut(self) -> None:
        after = self._chance.randrange(500)
        faults = Reset("request", after), Reset("reply", after), Truncate(after), Drop()
        self._service.inject(self._chance.choice(faults), on=self._on())

    def _fail(self) -> None:
        on, times = self._on(), self._chance.randrange(1, 5)
        fault = self._chance.choice((503, 429, 500, Html()))
        headers = {"Retry-After": "1"} if fault == 429 else {}
        self._service.inject(fault, on=on, times=times, headers=headers)

    def _slow_down(self) -> None:
        self._service.inject(Slow(2000 / self._gap), on=self._on())

    def _sign_out(self) -> None:
        account = self._account()
        self._service.sign_out(account=account)
        self._later(partial(self._service.sign_in, account=account))

    def _close_hours(self) -> None:
        account = self._account()
        if self._gap < 1:  # openings are told to the minute: too coarse for rounds of seconds
            self._service.inject("outsideWorkingHours", account=account, times=3)
        else:
            refuses = self._chance.random() < 0.5
            self._service.close_hours(5 * self._gap, refuses=refuses, account=account)


def written(service: Sandbox) -> Counter[str]:
    """Return how often each message was sent."""
    return Counter(str(one.params["text"]) for one in service.log.effects("st.sendMessage"))


def judge(middle: dict[str, int], end: dict[str, int]) -> None:
    """See that nothing has grown from the middle to the end, and that nothing is left of calls."""
    busy = ("agenda", "hub", "doors", "queues", "lanes", "trunk", "causes")
    assert {name: end[name] for name in busy} == dict.fromkeys(busy, 0)
    assert end["stale"] <= (5 + len(NAMES)) * SLACK + 2 * len(NAMES)
    assert end["objects"] <= middle["objects"] * 1.02 + 16
    assert end["tasks"] <= middle["tasks"] + 2
    assert end["sockets"] <= middle["sockets"] + 8


@pytest.mark.soak
async def test_an_hour_of_fake_time(
    *,
    clock: FakeClock,
    soaker: ModuleType,
    caplog: pytest.LogCaptureFixture,
    soaking: bool,
) -> None:
    """After an hour of faults, closed hours and cancelled calls there is as much as in the middle.

    What is left is counted between rounds, when no call is under way.
    """
    rounds, seconds = (12, 300.0) if soaking else (4, 75.0)
    caplog.set_level(logging.CRITICAL, "linkedapi_async")  # pytest would keep every line
    left: list[dict[str, int]] = []
    sent: list[str] = []
    async with Sandbox(
        accounts=NAMES, clock=clock, duration=lambda _, chance: chance.expovariate(0.2)
    ) as service:
        weather = Weather(service, clock, gap=5.0)
        async with AccountPool(
            linked_api_token=service.tokens.linked_api_token,
            accounts={one.alias: one.identification_token for one in service.accounts},
            base_url=service.base_url,
            policy=soaker.patient(300.0, 1.0),
            clock=clock,
        ) as pool:
            bot = soaker.Bot(pool, clock, gap=6.0, quiet=1000.0)
            for _ in range(rounds):
                working = asyncio.create_task(bot.work(seconds))
                async with weather.rough():
                    await clock.sleep(seconds)
                await working
                left.append(soaker.count_all(pool))
                sent += bot.sent
                bot.sent.clear()

    judge(left[rounds // 2 - 1], left[-1])
    assert bot.outcomes["done"] > rounds * seconds / 5
    assert set(written(service).values()) == {1}
    assert set(sent) <= set(written(service))


@pytest.mark.soak
async def test_real_sockets(soaker: ModuleType, *, soaking: bool) -> None:
    """In a process of its own and in real time, memory, sockets and tasks stay what they were."""
    rounds, seconds = (10, 30.0) if soaking else (3, 1.0)
    clock = SystemClock()
    told: list[dict[str, Any]] = []
    async with Sandbox(
        accounts=NAMES, duration=lambda _, chance: chance.expovariate(20.0)
    ) as service:
        settings = {
            "base_url": service.base_url,
            "token": service.tokens.linked_api_token,
            "accounts": {one.alias: one.identification_token for one in service.accounts},
            "seconds": seconds,
        }
        bot = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SOAKER),
            json.dumps(settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
        )
        assert bot.stdin is not None
        assert bot.stdout is not None
        weather = Weather(service, clock, gap=0.4 if soaking else 0.1)
        try:
            for _ in range(rounds):
                bot.stdin.write(b"\n")
                async with weather.rough():
                    await clock.sleep(seconds)
                async with clock.timer(PATIENCE):
                    told.append(json.loads(await bot.stdout.readline()))
            bot.stdin.close()
            assert await bot.wait() == 0
        finally:
            if bot.returncode is None:
                bot.kill()
            await bot.communicate()

    middle, end = told[rounds // 2], told[-1]
    judge(middle["left"], end["left"])
    assert end["memory"] <= middle["memory"] * 1.03 + 1024
    assert end["outcomes"]["done"] > rounds * seconds
    assert set(written(service).values()) == {1}
    assert {text for one in told for text in one["sent"]} <= set(written(service))


async def test_a_burst_leaves_nothing(clock: FakeClock, soaker: ModuleType) -> None:
    """Thousands of calls that were taken back are forgotten, long before their deadlines."""
    async with (
        Sandbox(accounts=NAMES, clock=clock) as service,
        AccountPool(
            linked_api_token=service.tokens.linked_api_token,
            accounts={one.alias: one.identification_token for one in service.accounts},
            base_url=service.base_url,
            clock=clock,
        ) as pool,
    ):
        pool.pause("a")
        call = Call("a", FetchPerson(person_url="https://www.linkedin.com/in/person5"))

        async def hand_in_and_take_back(count: int) -> dict[str, int]:
            calls = [asyncio.create_task(pool.run(call)) for _ in range(count)]
            await clock.sleep(1.0)
            assert pool.stats().queued == count
            for one in calls:
                one.cancel()
            await asyncio.wait(calls)
            calls.clear()
            left: dict[str, int] = soaker.count_all(pool)
            return left

        few = await hand_in_and_take_back(20)
        judge(few, await hand_in_and_take_back(2000))
