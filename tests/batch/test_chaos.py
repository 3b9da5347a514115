"""Batches in all weathers, handled by somebody who cannot make up his mind."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from linkedapi_async import AccountPool, Batch, BatchProgress, Call, ClientClosed, Outcome, Policy
from linkedapi_async.events import Event
from linkedapi_async.operations import CustomWorkflow, FetchPerson, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Close, Delay, Drop, Html, Null, Reset, Truncate

ACCOUNTS: Final = ("anna", "ben", "cleo")
LEFT: Final = 0.02
"""Likelihood of leaving the loop after an outcome."""
PERSON: Final = "https://www.linkedin.com/in/person"
FAULTS: Final[tuple[tuple[Any, str], ...]] = (
    (429, "start"),
    (503, "start"),
    ("tooManyRequests", "any"),
    ("linkedinAccountSignedOut", "start"),
    ("linkedinAccountSignedOut", "failure"),
    ("invalidWorkflow", "start"),
    ("workingHoursWaitExpired", "failure"),
    ("messagingNotAllowed", "action"),
    (Reset("request"), "start"),
    (Reset("request", after=100), "start"),
    (Reset("reply"), "start"),
    (Reset("reply"), "poll"),
    (Close(), "start"),
    (Drop(), "start"),
    (Delay(5.0), "start"),
    (Html(), "start"),
    (Null(), "poll"),
    (Truncate(), "any"),
)


def make_calls(chance: random.Random) -> list[Call[Any]]:
    """Return a list with everything in it that a list may hold."""
    calls: list[Call[Any]] = []
    for number in range(chance.randrange(5, 30)):
        account = chance.choice(ACCOUNTS)
        text = f"Shall we talk about plan {number} tomorrow?"
        write = SendMessage(person_url=f"{PERSON}{number % 9 + 1}", text=text)
        read = FetchPerson(person_url=f"{PERSON}{number % 9 + 1}")
        calls.append(Call(account, chance.choice((write, write, read)), key=number))
    broken = CustomWorkflow({"actionType": "st.nonsense"})
    odd = [
        Call("nobody", FetchPerson(person_url=f"{PERSON}1"), key="nobody"),
        Call("anna", broken, key="broken"),
        chance.choice(calls),  # the same once more
        attrs.evolve(chance.choice(calls), account="dora"),  # a key that stands for another
    ]
    return [*calls, *(one for one in odd if chance.random() < 0.5)]


@attrs.define(eq=False)
class Night:
    """A list, and somebody who works it off in several runs.

    Attributes:
        chance: Decides everything.
        clock: Time.
        service: The service.
        ledger: What outlives a run; `None` for nothing.
        calls: The list.
        batch: The run under way.
        outcomes: What it has brought.
        lies: What the progress told that cannot be.
    """

    chance: random.Random
    clock: FakeClock
    service: Sandbox
    ledger: Path | None
    calls: list[Call[Any]]
    batch: Batch[Any] | None = None
    outcomes: list[Outcome[Any]] = attrs.field(factory=list[Any])
    lies: list[AssertionError] = attrs.field(factory=list[AssertionError])
    _last: BatchProgress | None = None
    _is_calm: bool = False
    _is_left: bool = False
    _is_acting: bool = False

    def pool(self) -> AccountPool:
        """Return a pool for one run."""
        hold = self.chance.random() < 0.5
        policy = attrs.evolve(
            Policy.batch(), on_user_action="hold" if hold else "raise", deadline=6 * 3600.0
        )
        return AccountPool(
            linked_api_token=self.service.tokens.linked_api_token,
            accounts={one.alias: one.identification_token for one in self.service.accounts},
            base_url=self.service.base_url,
            clock=self.clock,
            policy=policy,
            doubt=30.0,
            lane_width=self.chance.choice((1, 2, 3)),
            queue_size=self.chance.choice((1, 3, 1_000)),
            on_event=self.hear,
        )

    async def run(self, *, is_calm: bool = False, **options: Any) -> list[Outcome[Any]]:
        """Run the list once; return what came out."""
        self._is_calm, self._is_left, self._last = is_calm, False, None
        self.outcomes = []
        async with self.pool() as pool:
            calls: Any = self.calls if self.chance.random() < 0.5 else iter(self.calls)
            read_ahead = self.chance.choice((1, 5, 5_000))
            self.batch = Batch(pool, calls, ledger=self.ledger, read_ahead=read_ahead, **options)
            try:
                await self._take()
            finally:
                await self.batch.aclose()
            self.look()
            self.batch = None
        return self.outcomes

    async def _take(self) -> None:
        """Take outcomes until there are no more, or until somebody has had enough."""
        assert self.batch is not None
        while True:
            patience = None if self._is_calm else self.chance.uniform(0.0, 60.0)
            try:
                with suppress(TimeoutError):
                    async with self.clock.timer(patience):
                        self.outcomes.append(await anext(self.batch))
            except StopAsyncIteration:
                return
            self.look()
            self.act(0.05)
            self.batch.resume()
            if not self._is_calm and self.chance.random() < LEFT:
                self._is_left = True
                return

    # ── what goes on meanwhile ──

    def hear(self, _: Event) -> None:
        """Look at the progress whenever anything happens, and do something about it at times."""
        try:
            self.look()
        except AssertionError as lie:  # whoever emits would swallow it
            self.lies.append(lie)
        if not self._is_acting:
            self._is_acting = True
            self.act(0.1)
            self._is_acting = False

    def act(self, likelihood: float) -> None:
        """Pause, go on, or stop."""
        if self.batch is None or self._is_calm or self.chance.random() > likelihood:
            return
        acts: list[Callable[[], object]] = [self.batch.pause, self.batch.resume, self._stop]
        self.chance.choices(acts, (4, 4, 1))[0]()
        self.look()

    def _stop(self) -> None:
        assert self.batch is not None
        self._is_left = True
        self.batch.stop()

    def look(self) -> None:
        """Find out whether the progress lies."""
        if self.batch is None:
            return
        now, last = self.batch.progress, self._last
        parts = (now.done, now.failures, now.uncertain, now.running, now.parked, now.waiting)
        assert min(parts) >= 0, now
        assert sum(parts) == now.read, now
        assert now.replayed <= now.done + now.failures, now
        if last is not None:
            for one, other in zip(grown(last), grown(now), strict=True):
                assert one <= other, (last, now)
        assert len(self.outcomes) <= now.answered
        self._last = now

    @property
    def wanted(self) -> Counter[Any]:
        """How often each message may be sent; with a ledger, calls alike are one."""
        sent = (one.operation for one in self.calls if isinstance(one.operation, SendMessage))
        often = Counter(one.text for one in sent)
        return often if self.ledger is None else Counter(dict.fromkeys(often, 1))

    @property
    def is_whole(self) -> bool:
        """Whether the last run came to its own end."""
        return not self._is_left


def grown(progress: BatchProgress) -> Iterator[int]:
    """Yield what never shrinks."""
    yield from (progress.read, progress.done, progress.failures, progress.uncertain)
    yield from (progress.replayed, progress.answered, progress.is_stopping)


def done(outcomes: list[Outcome[Any]]) -> dict[int, Any]:
    """Return the results of calls that brought one."""
    return {id(one.call): one.result for one in outcomes if one.result is not None}


@pytest.mark.soak
@pytest.mark.parametrize("uncertain", ["report", "reconcile", "resend"])
@pytest.mark.parametrize("is_kept", [True, False])
async def test_progress_never_lies(
    tmp_path: Path, *, is_kept: bool, uncertain: str, soaking: bool
) -> None:
    """Whatever happens and whatever is done: counts add up, nothing is lost, nothing is doubled.

    The progress is looked at with every event. A run that is left alone answers each call once,
    a result stays as it was, and a write happens once at most, over all runs.
    """
    for seed in range(200 if soaking else 4):
        chance, clock = random.Random(f"{seed} {uncertain}"), FakeClock()
        ledger = tmp_path / f"{seed}.ledger" if is_kept else None
        async with Sandbox(clock=clock, accounts=ACCOUNTS, duration=10.0) as service:
            night = Night(chance, clock, service, ledger, make_calls(chance))
            known: dict[int, Any] = {}
            for _ in range(3 if is_kept else 1):
                for fault, on in chance.choices(FAULTS, k=6):
                    moment: Any = on
                    service.inject(fault, on=moment, skip=chance.randrange(6))
                outcomes = await night.run(uncertain=uncertain)
                check(night, outcomes, known)
            service.clear_faults()
            if is_kept:
                check(night, await night.run(is_calm=True, uncertain=uncertain), known)
            effects = Counter(one.params["text"] for one in service.log.effects("st.sendMessage"))
            assert effects <= night.wanted, seed
            assert night.lies == [], seed


def check(night: Night, outcomes: list[Outcome[Any]], known: dict[int, Any]) -> None:
    """Hold a run against the list and against the runs before it."""
    often = Counter(id(one.call) for one in outcomes)
    listed = Counter(map(id, night.calls))
    assert often <= listed
    assert often == listed or not night.is_whole
    assert not any(isinstance(one.error, ClientClosed) for one in outcomes)
    results = done(outcomes)
    for one in known.keys() & often.keys():
        assert results[one] == known[one]
    known.update(results)
