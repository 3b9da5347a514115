"""Whatever happens, in whatever order: no period sees more than its limit."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.models.limits import Limit, LimitUsage
from linkedapi_async.quotas import Costs, Pacing, Period, Quotas, WorkingHours

SECOND = timedelta(seconds=1)
CATEGORIES = ("stMessages", "stPersonProfileViews")

limits = st.dictionaries(
    st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(Period)),
    st.integers(1, 6),
    min_size=1,
    max_size=4,
).map(
    lambda held: [
        Limit(category=category, period=period.value, max_value=most)
        for (category, period), most in held.items()
    ]
)
costs = st.dictionaries(st.sampled_from([*CATEGORIES, "stPosts"]), st.integers(1, 3))


def moment_of(day: str, seconds: int) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00Z") + seconds * SECOND


def office_in(zone: str, opens: int, hours: int) -> WorkingHours:
    closes = (opens + hours) % 24
    return WorkingHours(zone=zone, opens=f"{opens:02}:30", closes=f"{closes:02}:30")


# around month ends, a leap day, a turn of the year, and days on which clocks change
moments = st.builds(
    moment_of,
    st.sampled_from(
        ["2026-01-31", "2026-02-28", "2028-02-28", "2026-12-31", "2026-03-29", "2026-10-25"]
    ),
    st.integers(-86_400, 2 * 86_400),
)
offices = st.builds(
    office_in,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    st.integers(0, 23),
    st.integers(1, 23),
)


class Service:
    """Counts what is executed, by the calendar, and has never heard of quotas."""

    def __init__(self, held: Iterable[Limit]) -> None:
        self._most = {(str(one.category), str(one.period)): one.max_value or 0 for one in held}
        self._counts: Counter[tuple[str, str, date]] = Counter()

    def execute(self, done: Costs, moment: datetime) -> None:
        """Count actions at the moment that they happen."""
        for category, number in done.items():
            for period in Period:
                self._counts[category, period.value, period.begin(moment.date())] += number

    def usage(self, moment: datetime) -> list[LimitUsage]:
        """Return what the Admin API says."""
        return [
            LimitUsage(
                category=category,
                period=period,
                max_value=most,
                current_usage=self._counts[category, period, Period(period).begin(moment.date())],
            )
            for (category, period), most in self._most.items()
        ]

    @property
    def exceeded(self) -> list[tuple[str, str, date]]:
        """The periods that saw more than their limit."""
        return [
            (category, period, begin)
            for (category, period, begin), number in self._counts.items()
            if number > self._most.get((category, period), number)
        ]


class Life:
    """One account: calls start when they may, act once, and end, all at moments of chance."""

    def __init__(self, held: list[Limit], start: datetime, chance: Random) -> None:
        self.service = Service(held)
        self.quotas = Quotas(held)
        self.now = start
        self._chance = chance
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def run(self, calls: list[Costs]) -> None:
        """Live through many calls; now and then the service is asked."""
        for call in calls:
            self._start(call)
            if self._chance.random() < 0.2:
                self._ask()
            if self._chance.random() < 0.5:
                self._pass(self.now + self._seconds(20_000))
        self._pass(self.now + timedelta(days=9))

    def _start(self, call: Costs) -> None:
        """Start a call as soon as it may be, asking anew whenever something happens."""
        while (moment := self.quotas.feasible_at(call, self.now)) != self.now:
            if moment is None:
                assert self.quotas.refusal(call) is not None
                return
            assert self.quotas.blocked_by(call, self.now)
            self._pass(min([moment, *(due[0] for due in self._due[:1])]))
        spent = self.quotas.spend(call, self.now)
        if self._chance.random() < 0.1:
            self.quotas.refund(spent)
            return
        lasts = self._seconds(self._chance.choice([60, 3_600, 3 * 86_400]))
        done = {name: self._chance.randint(0, most) for name, most in call.items()}
        known = done if self._chance.random() < 0.5 else None
        self._plan(lasts * self._chance.random(), lambda: self.service.execute(done, self.now))
        self._plan(lasts, lambda: self.quotas.settle(spent, self.now, actual=known))

    def _ask(self) -> None:
        """Read the usage; the reply takes a while, in which things happen."""
        asked_at, told = self.now, self.service.usage(self.now)
        self._pass(self.now + self._seconds(300))
        self.quotas.take_in([], told, asked_at)

    def _plan(self, delay: timedelta, happens: Callable[[], None]) -> None:
        heappush(self._due, (self.now + delay, next(self._order), happens))

    def _pass(self, moment: datetime) -> None:
        """Let time pass, and happen what is due."""
        while self._due and self._due[0][0] <= moment:
            self.now, _, happens = heappop(self._due)
            happens()
        self.now = moment

    def _seconds(self, most: int) -> timedelta:
        return self._chance.randint(0, most) * SECOND


@given(
    held=limits,
    calls=st.lists(costs, max_size=30),
    start=moments,
    seed=st.integers(0, 2**32),
)
def test_no_period_ever_sees_more_than_its_limit(
    held: list[Limit], calls: list[Costs], start: datetime, seed: int
) -> None:
    """Counted by the service, whenever the actions of a call really happen."""
    life = Life(held, start, Random(seed))

    life.run(calls)

    assert life.service.exceeded == []


@given(
    held=limits,
    used=st.lists(st.tuples(costs, st.integers(0, 3 * 86_400)), max_size=8),
    call=costs,
    start=moments,
    office=st.none() | offices,
    pause=st.integers(0, 7_200),
    seed=st.integers(0, 2**32),
)
def test_a_call_may_start_then_and_not_a_second_earlier(
    *,
    held: list[Limit],
    used: list[tuple[Costs, int]],
    call: Costs,
    start: datetime,
    office: WorkingHours | None,
    pause: int,
    seed: int,
) -> None:
    """At that moment nothing stands in the way; at each one before it something does."""
    quotas = Quotas(held, hours=office, pacing=Pacing(shortest=pause, spread=0))
    for done, ago in used:
        quotas.settle(quotas.spend(done, start - ago * SECOND), start - ago * SECOND)

    found = quotas.feasible_at(call, start)

    if found is None:
        assert quotas.refusal(call) is not None
        return
    assert quotas.blocked_by(call, found) == ()
    before = int((found - start).total_seconds())
    chance = Random(seed)
    for seconds in {before - 1, *(chance.randrange(before) for _ in range(10 if before else 0))}:
        if seconds >= 0:
            assert quotas.blocked_by(call, start + seconds * SECOND)


@given(
    held=limits,
    calls=st.lists(costs, max_size=30),
    start=moments,
    office=st.none() | offices,
    pause=st.integers(0, 7_200),
)
def test_a_plan_is_what_starting_one_by_one_comes_to(
    *,
    held: list[Limit],
    calls: list[Costs],
    start: datetime,
    office: WorkingHours | None,
    pause: int,
) -> None:
    """Looking ahead over all calls, and asking for each when its turn has come, agree."""

    def quotas() -> Quotas:
        pacing = Pacing(shortest=pause / 2, spread=pause)
        return Quotas(held, hours=office, pacing=pacing, lag=0.0)

    planned = quotas().plan(calls, start)

    lived, now, found = quotas(), start, list[datetime | None]()
    for call in calls:
        moment = lived.feasible_at(call, now)
        found.append(moment)
        if moment is not None:
            now = moment
            lived.settle(lived.spend(call, now), now)
    assert planned == found
    assert quotas().earliest_feasible_at(calls, start) == (
        None if None in found else max([start, *filter(None, found)])
    )


@given(
    held=limits,
    calls=st.lists(costs, max_size=30),
    start=moments,
    lag=st.integers(0, 86_400),
    seed=st.integers(0, 2**32),
)
def test_a_plan_holds_whenever_its_calls_act_within_the_lag(
    held: list[Limit], calls: list[Costs], start: datetime, lag: int, seed: int
) -> None:
    """Starting by the plan, without asking again, no period sees more than its limit."""
    chance, service = Random(seed), Service(held)

    for call, moment in zip(calls, Quotas(held, lag=lag).plan(calls, start), strict=True):
        if moment is not None:
            service.execute(call, moment + lag * chance.random() * SECOND)

    assert service.exceeded == []


@given(draw=st.floats(0, 1, exclude_max=True), shortest=st.floats(0, 999), spread=st.floats(0, 999))
def test_a_pause_lies_between_its_bounds(draw: float, shortest: float, spread: float) -> None:
    """No pause is shorter or longer than told."""
    pacing = Pacing(shortest=shortest, spread=spread)

    assert shortest <= pacing.gap(draw) <= shortest + spread
    assert pacing.mean == pytest.approx(shortest + spread / 2)
