"""Pools in all weathers at once: whatever comes over whatever, nothing is stuck or sent twice."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from linkedapi_async import (
    AccountPool,
    Call,
    LinkedApiError,
    Outcome,
    OutcomeUnknown,
    Policy,
    Result,
)
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

NAMES: Final = ("anna", "ben", "cleo")
PERSON: Final = "https://www.linkedin.com/in/person5"
HOUR: Final = 3600.0
MOST: Final = 300
"""Starts in an hour at most: bots look every 15 to 30 seconds, and some calls go through."""


class Storm:
    """A service and a pool, what befalls them, and what the pool was asked to do.

    Attributes:
        events: What may happen, by name.
    """

    def __init__(self, sandbox: Sandbox, pool: AccountPool) -> None:
        """Begin with a list that is worked off, and nothing in the way."""
        self._sandbox = sandbox
        self._pool = pool
        self._count = 0
        self._writing: list[asyncio.Task[Any]] = []
        self._reading: list[asyncio.Task[Any]] = []
        self._mapped = pool.map([self._letter(name) for _ in range(6) for name in NAMES])
        self._taking = asyncio.ensure_future(self._take())
        self.events: dict[str, Callable[[], object]] = {
            "throttled": lambda: self._only("tooManyRequests"),
            "for a second": lambda: self._only("tooManyRequests", headers={"Retry-After": "1"}),
            "for a while": lambda: self._only("tooManyRequests", headers={"Retry-After": "100"}),
            "for hours": lambda: self._only("tooManyRequests", headers={"Retry-After": "9000"}),
            "gateway": lambda: self._only(502),
            "reset": lambda: self._only("reset"),
            "page": lambda: self._only(200, body="<html></html>"),
            "flapping": self._flap,
            "signed out": lambda: self._only("linkedinAccountSignedOut", account="anna"),
            "trial over": lambda: self._only("trialLimitReached"),
            "trial over later": lambda: sandbox.inject("trialLimitReached", times=None),
            "fine": sandbox.clear_faults,
            "calls": self.call,
            "cancelled": self._cancel,
            "paused": lambda: pool.pause("ben"),
            "unpaused": lambda: pool.resume("ben"),
            "resumed": pool.resume,
            "set aside": self._mapped.set_aside,
            "gone on": self._mapped.go_on,
        }

    def call(self) -> None:
        """Hand in some calls that write, and some that read."""
        for name in NAMES * 4:
            visit = Call(name, FetchPerson(person_url=PERSON))
            self._writing.append(asyncio.ensure_future(self._pool.run(self._letter(name))))
            self._reading.append(asyncio.ensure_future(self._pool.run(visit)))

    def end(self) -> None:
        """Have fine weather, and everybody back at work."""
        self._sandbox.clear_faults()
        self._mapped.go_on()
        for name in NAMES:
            self._pool.resume(name)

    async def judge(self) -> None:
        """Assert that everything has ended, and every letter has gone out once or may have."""
        assert all(task.done() for task in (*self._writing, *self._reading, self._taking))
        taken = await self._taking
        assert len(taken) == 6 * len(NAMES)
        read = await asyncio.gather(*self._reading, return_exceptions=True)
        written = await asyncio.gather(*self._writing, return_exceptions=True)
        written += [one.error or one.result for one in taken]
        kinds = (Result, LinkedApiError, asyncio.CancelledError)
        assert all(isinstance(one, kinds) for one in (*read, *written))
        sent = sum(isinstance(one, Result) for one in written)
        open_ones = (OutcomeUnknown, asyncio.CancelledError)
        unknown = sum(isinstance(one, open_ones) for one in written)
        assert sent <= len(self._sandbox.log.effects()) <= sent + unknown
        for account in self._pool.stats().accounts.values():
            assert (account.queued, account.started, account.lingering) == (0, 0, 0)

    async def _take(self) -> list[Outcome[Any]]:
        return [one async for one in self._mapped]

    def _letter(self, name: str) -> Call[None]:
        self._count += 1
        return Call(name, SendMessage(person_url=PERSON, text=f"Hello {self._count}"))

    def _only(self, fault: str | int, **more: Any) -> None:
        self._sandbox.clear_faults()
        self._sandbox.inject(fault, times=None, **more)

    def _flap(self) -> None:
        self._sandbox.clear_faults()
        for skip in range(2, 40, 4):
            self._sandbox.inject("tooManyRequests", times=2, skip=skip)

    def _cancel(self) -> None:
        for task in (*self._writing[::3], *self._reading[::3]):
            task.cancel()


EVENTS: Final = (
    "throttled", "for a second", "for a while", "for hours", "gateway", "reset", "page", "flapping",
    "signed out", "trial over", "trial over later", "fine", "calls", "cancelled", "paused",
    "unpaused", "resumed", "set aside", "gone on",
)  # fmt: skip


@given(
    events=st.lists(
        st.tuples(st.sampled_from(EVENTS), st.sampled_from((0.3, 5.0, 60.0, 900.0, HOUR))),
        min_size=2,
        max_size=9,
    ),
    policy=st.sampled_from((Policy.bot(), Policy.batch())),
    on_user_action=st.sampled_from(("raise", "hold")),
    lane_width=st.integers(1, 2),
)
@example(
    events=[("throttled", 900.0), ("trial over later", 0.3), ("fine", 0.3), ("trial over", 900.0),
            ("reset", 900.0), ("calls", 60.0), ("trial over", 900.0)],
    policy=Policy.batch(), on_user_action="raise", lane_width=1,
)  # fmt: skip
@example(
    events=[("calls", 0.3), ("for a second", HOUR), ("set aside", HOUR), ("paused", 60.0)],
    policy=Policy.batch(), on_user_action="hold", lane_width=2,
)  # fmt: skip
def test_all_weathers(
    events: list[tuple[str, float]], policy: Policy, on_user_action: str, lane_width: int
) -> None:
    """Few requests while it lasts; once it is over all calls end, and no letter came twice."""

    async def weather() -> None:
        clock = FakeClock()
        async with (
            Sandbox(clock=clock, accounts=NAMES, duration=10.0) as sandbox,
            AccountPool(
                linked_api_token=sandbox.tokens.linked_api_token,
                accounts={one.alias: one.identification_token for one in sandbox.accounts},
                base_url=sandbox.base_url,
                clock=clock,
                policy=attrs.evolve(policy, on_user_action=on_user_action, deadline=100 * HOUR),
                lane_width=lane_width,
                doubt=60.0,
            ) as pool,
        ):
            storm = Storm(sandbox, pool)
            storm.call()
            await clock.sleep(0.1)
            for event, lasts in events:
                before = len(sandbox.log.requests("start"))
                storm.events[event]()
                await clock.sleep(lasts)
                assert len(sandbox.log.requests("start")) - before < MOST
            storm.end()
            await clock.sleep(4 * HOUR)  # an hour for each: the end that was named, and all calls
            await storm.judge()

    asyncio.run(weather())
