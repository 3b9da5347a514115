"""How late an end is known, and how many polls that costs: simulated, so no machine is in it.

Durations are log-normal, half of them below 45 s and 95 % below 6 min, where nothing else is said.
What our waits know they have learned from their own polls, jitter included. The fixed interval of
equal cost is a rival that nobody has: one that was told how often it may poll for these very
workflows. Its first poll comes at once, as in the official SDK, or between half an interval and one
and a half, so that no two waits are in step.
"""

import math
import time
from collections.abc import Sequence
from statistics import NormalDist, median
from typing import Final

from linkedapi_async.policy import Policy, Timetable
from linkedapi_async.policy.survival import survival
from tests.benchmarks.measure import Row
from tests.benchmarks.plots import Chart, Curve
from tests.benchmarks.simulation import (
    REFERENCE,
    SIGMA,
    STREAMS,
    Figures,
    Wait,
    at_interval,
    evenly,
    learner,
    waits,
)

__all__ = ["chart", "measure"]

PRESETS: Final = (Policy.batch(), Policy.bot(), Policy.service())
OFFICIAL: Final = 5.0
WARM_UP: Final = 1000
DAYS: Final = 40
LIKELY: Final = tuple(
    45.0 * math.exp(SIGMA * NormalDist().inv_cdf((i + 1 / 2) / 2000)) for i in range(2000)
)
"""What the durations are like, without chance."""
AT_ONCE: Final = (0.0, 0.0)
MOST: Final = {"thrifty": (11.5, 23.0), "balanced": (7.0, None), "eager": (None, None)}


def measure(*, quick: bool) -> list[Row]:
    """Return delays after learning, before it, and in streams that are hard to learn."""
    count = 3_000 if quick else 20_000
    return [
        *_learned(count),
        *_cold(count),
        *_streams(600 if quick else 3_000),
        *_effort(),
    ]


def chart() -> Chart:
    """Return the delay over the polls that it costs."""
    costs = [3.5 + i / 4 for i in range(75)]
    intervals = [at_interval(LIKELY[::4], cost, first=AT_ONCE).mean for cost in costs]
    official = _official()
    learned = [Figures.of(_taught(8_000, policy)) for policy in PRESETS]
    cold = [
        Figures.of(waits(evenly(4_000), 4_000, learner(policy), is_learning=False))
        for policy in PRESETS
    ]
    return Chart(
        title="What it costs to know soon that a workflow has ended",
        note="Log-normal durations, median 45 s, 95 % below 6 min; simulated.",
        across="polls per workflow",
        up="mean delay, seconds",
        curves=[
            Curve(
                name="fixed interval, first poll at once",
                points=list(zip(costs, intervals, strict=True)),
            ),
            Curve(name="official SDK", points=[(official.polls, official.mean)], is_dotted=True),
            Curve(
                name="bound",
                points=[(cost, _bound() / (cost - 1 / 2)) for cost in costs],
                kind="bound",
            ),
            Curve(
                name="ours: thrifty, balanced, eager",
                points=[(figures.polls, figures.mean) for figures in learned],
                kind="ours",
                is_dotted=True,
            ),
            Curve(
                name="ours, nothing learned yet",
                points=[(figures.polls, figures.mean) for figures in cold],
                kind="ours too",
                is_dotted=True,
            ),
        ],
    )


def _learned(count: int) -> list[Row]:
    rows: list[Row] = []
    for policy in PRESETS:
        figures = Figures.of(_taught(count, policy))
        fixed = at_interval(LIKELY, figures.polls, first=AT_ONCE)
        mean, late = MOST[policy.waiting]
        name = f"delay at {figures.polls:.1f} polls ({policy.waiting})"
        beside = f"(fixed interval: {{:.1f}} s; bound: {_bound() / (figures.polls - 1 / 2):.1f} s)"
        rows += [
            _absolute(f"{name}, mean", figures.mean, mean, beside.format(fixed.mean)),
            _absolute(f"{name}, 95 %", figures.late, late, f"(fixed interval: {fixed.late:.1f} s)"),
        ]
    official = _official()
    spent = f"at {official.polls:.1f} polls"
    rows.append(_absolute("delay of the official SDK, mean", official.mean, None, spent))
    return rows


def _cold(count: int) -> list[Row]:
    rows: list[Row] = []
    for policy in PRESETS:
        taken = waits(evenly(count), count, learner(policy), is_learning=False)
        figures = Figures.of(taken)
        for how, first in (("at once", AT_ONCE), ("spread", (0.5, 1.5))):
            fixed = at_interval(LIKELY, figures.polls, first=first)
            rows.append(
                Row(
                    name=f"cold start, {figures.polls:.1f} polls ({policy.waiting})",
                    unit="s",
                    ours=figures.mean,
                    against=f"fixed interval, {how}",
                    rival=fixed.mean,
                    compared=figures.mean / fixed.mean,
                    demanded=1.0,
                )
            )
    return rows


def _streams(count: int) -> list[Row]:
    """Return each stream, learning included, under the taste that does worst beside its rival."""
    rows: list[Row] = []
    for name, source in STREAMS.items():
        worst: Row | None = None
        for policy in PRESETS:
            days = name.endswith("h") and name.startswith("all")
            taken = waits(source, DAYS if days else count, learner(policy))
            figures = Figures.of(taken)
            fixed = at_interval([wait.duration for wait in taken], figures.polls)
            row = Row(
                name=f"{name}, {figures.polls:.1f} polls ({policy.waiting})",
                unit="s",
                ours=figures.mean,
                against="fixed interval, spread",
                rival=fixed.mean,
                compared=figures.mean / fixed.mean,
                demanded=1.2,
            )
            if worst is None or row.compared > worst.compared:
                worst = row
        assert worst is not None
        rows.append(worst)
    return rows


def _effort() -> list[Row]:
    """Return what planning costs, with a full memory, and asking for the next pause."""
    policy = Policy.batch()
    spans = [(duration * 0.9, duration * 1.1) for duration in LIKELY[:: len(LIKELY) // 256]]

    def plan() -> Timetable:
        polls, base, cap = policy.waiting.polls, policy.poll_base, policy.poll_max
        return Timetable.plan(survival(spans), polls=polls, base=base, cap=cap)

    planned: list[float] = []
    for _ in range(21):
        began = time.perf_counter()
        plan()
        planned.append(time.perf_counter() - began)
    timetable = plan()
    times = 20_000
    began = time.perf_counter()
    for i in range(times):
        timetable.pause(i % 400)
    asked = (time.perf_counter() - began) / times
    return [
        Row(
            name="plan",
            unit="ms",
            ours=median(planned) * 1e3,
            compared=median(planned) * 1e3,
            demanded=10.0,
        ),
        Row(name="next pause", unit="us", ours=asked * 1e6, compared=asked * 1e6),
    ]


def _taught(count: int, policy: Policy) -> Sequence[Wait]:
    rhythm = learner(policy)
    waits(REFERENCE, WARM_UP, rhythm)
    return waits(evenly(count), count, rhythm)


def _absolute(name: str, figure: float, demanded: float | None, told: str) -> Row:
    return Row(name=name, unit="s", ours=figure, compared=figure, spread=told, demanded=demanded)


def _official() -> Figures:
    vain = sum(math.ceil(duration / OFFICIAL) for duration in LIKELY) / len(LIKELY)
    return at_interval(LIKELY, 1 + vain, first=AT_ONCE)


def _bound() -> float:
    """Return mean delay times polls, less half a poll, that no schedule can get below.

    Source: https://doi.org/10.1287/mnsc.21.3.256
    """
    normal, step = NormalDist(), 1e-3
    total = 0.0
    for i in range(-8000, 8001):
        sigmas = i * step
        seconds = 45.0 * math.exp(SIGMA * sigmas) * SIGMA
        total += math.sqrt(normal.pdf(sigmas) * normal.cdf(-sigmas) * seconds) * step
    return total**2 / 2
