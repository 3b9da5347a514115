"""Workflows that end by chance, and what it costs to learn of their ends: no network, no clock."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from statistics import NormalDist, fmean
from typing import Final, TypeAlias

import attrs

from linkedapi_async._messages import Progress, State
from linkedapi_async.policy import Durations, Policy, PollSchedule, Rhythm

__all__ = [
    "REFERENCE",
    "STREAMS",
    "Figures",
    "Source",
    "Wait",
    "around",
    "at_interval",
    "evenly",
    "learner",
    "waits",
]

Source: TypeAlias = Callable[[Random, float], float]
"""Brings the seconds a workflow takes; the number says which part of the stream is over."""

WALL: Final = datetime(2026, 1, 5, tzinfo=UTC)
STARTED: Final = Progress(State.PENDING)
RUNNING: Final = Progress(State.RUNNING)
SIGMA: Final = math.log(8) / NormalDist().inv_cdf(0.95)
PLAIN: Final = 6_000
GOLDEN: Final = (math.sqrt(5) - 1) / 2
"""Spreads phases evenly, however many there are."""


@attrs.frozen
class Wait:
    """One workflow, waited for.

    Attributes:
        duration: Seconds it took.
        polls: Polls its wait made.
        delay: Seconds from its end to the poll that found it.
    """

    duration: float
    polls: int
    delay: float


@attrs.frozen
class Figures:
    """What many waits cost.

    Attributes:
        polls: For each, in the mean.
        mean: Delay in seconds.
        late: Delay that one in twenty exceeds.
    """

    polls: float
    mean: float
    late: float

    @classmethod
    def of(cls, taken: Sequence[Wait]) -> "Figures":
        """Return the figures of some waits."""
        delays = sorted(wait.delay for wait in taken)
        polls = fmean(wait.polls for wait in taken)
        return cls(polls, fmean(delays), delays[math.floor(0.95 * len(delays))])


def around(median: float, sigma: float = SIGMA) -> Source:
    """Return log-normal durations; as widely spread as the reference, if nothing else is said."""
    return lambda random, _: median * math.exp(sigma * random.gauss(0, 1))


def _either(one: Source, other: Source, part: float) -> Source:
    return lambda random, done: (one if random.random() < part else other)(random, done)


def _at(seconds: float) -> Source:
    return lambda _random, _done: seconds


def _then(one: Source, other: Source) -> Source:
    return lambda random, done: (one if done < 1 / 2 else other)(random, done)


REFERENCE: Final = around(45.0)
"""Median 45 s, 95 % below 360 s."""


def evenly(count: int, *, seed: int = 0, median: float = 45.0) -> Source:
    """Return as many durations like the reference as there are workflows, less chance.

    Their quantiles stand in random order, so that figures differ by what was learned only.
    """
    normal = NormalDist(math.log(median), SIGMA)
    durations = [math.exp(normal.inv_cdf((i + 1 / 2) / count)) for i in range(count)]
    Random(seed).shuffle(durations)
    return lambda _, done: durations[round(done * count)]


STREAMS: Final[dict[str, Source]] = {
    "reference": REFERENCE,
    "quick, about 20 s": around(20.0, 0.3),
    "even, 0 to 600 s": lambda random, _: 600 * random.random(),
    "forgetful, mean 120 s": lambda random, _: random.expovariate(1 / 120),
    "heavy tail": lambda random, _: 10 * random.paretovariate(1.2),
    "mixed, 20 s and 600 s": _either(around(20.0, 0.3), around(600.0, 0.3), 0.7),
    "bimodal, 10 s or 900 s": _either(_at(10.0), _at(900.0), 0.5),
    "mostly 30 s, else 1 h": _either(_at(30.0), _at(3600.0), 0.9),
    "shifting, 45 s to 450 s": _then(around(45.0), around(450.0)),
    "shifting, 450 s to 45 s": _then(around(450.0), around(45.0)),
    "shifting, 30 s to 300 s": _then(around(30.0, 0.1), around(300.0, 0.1)),
    "shifting, 300 s to 30 s": _then(around(300.0, 0.1), around(30.0, 0.1)),
    "swinging, 20 s and 400 s": lambda random, done: around(
        20.0 if math.floor(10 * done) % 2 else 400.0, 0.3
    )(random, done),
    "all after 12 s": _at(12.0),
    "all after 60 s": _at(60.0),
    "all after 600 s": _at(600.0),
    "all after 24 h": _at(86400.0),
}


def learner(policy: Policy) -> Rhythm:
    """Return what nothing was learned for yet."""
    base, cap = policy.poll_base, policy.poll_max
    return Durations().rhythm("any", waiting=policy.waiting, base=base, cap=cap)


def waits(
    source: Source, count: int, rhythm: Rhythm, *, seed: int = 0, is_learning: bool = True
) -> list[Wait]:
    """Return workflows waited for one after the other, each by what the earlier ones taught."""
    random = Random(seed)
    taken: list[Wait] = []
    for number in range(count):
        duration = source(random, number / count)
        schedule, wait = _wait(rhythm, duration, random)
        taken.append(wait)
        ran = schedule.ended(duration + wait.delay)
        if is_learning and ran is not None:
            rhythm.note(*ran)
    return taken


def _wait(rhythm: Rhythm, duration: float, random: Random) -> tuple[PollSchedule, Wait]:
    schedule = PollSchedule(rhythm, now=0.0, accepted_at=0.0)
    schedule.take_in(STARTED, STARTED, now=0.0, wall=WALL)
    schedule.plan(now=0.0, draw=random.random())
    polls = 0
    while True:
        now = schedule.due_at(safety_interval=None, deadline_at=None)
        schedule.count_poll()
        polls += 1
        if now >= duration:
            return schedule, Wait(duration, polls, now - duration)
        schedule.take_in(RUNNING, RUNNING, now=now, wall=WALL)
        schedule.plan(now=now, draw=random.random())


def at_interval(
    durations: Sequence[float], polls: float, *, first: tuple[float, float] = (0.5, 1.5)
) -> Figures:
    """Return the figures of a fixed interval that costs as many polls.

    Args:
        durations: Seconds that the workflows take.
        polls: For each, in the mean.
        first: When the first poll comes, in intervals; drawn evenly between the two for each wait,
            so that no two are in step.
    """
    earliest, latest = first
    times = max(4, PLAIN // len(durations))
    drawn = [
        (duration, earliest + (latest - earliest) * ((time + GOLDEN * i % 1) / times))
        for i, duration in enumerate(durations)
        for time in range(times if earliest < latest else 1)
    ]
    short, long = 1e-3, 1e7
    for _ in range(22):
        interval = math.sqrt(short * long)
        made = fmean(_before(duration, interval, phase) for duration, phase in drawn) + 1
        short, long = (interval, long) if made > polls else (short, interval)
    return Figures.of([_plain(duration, long, phase) for duration, phase in drawn])


def _plain(duration: float, interval: float, phase: float) -> Wait:
    before = _before(duration, interval, phase)
    return Wait(duration, before + 1, (phase + before) * interval - duration)


def _before(duration: float, interval: float, phase: float) -> int:
    """Return how many polls are made in vain."""
    return max(0, math.ceil(duration / interval - phase))
