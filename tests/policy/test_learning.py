"""Learned from nothing but their own polls: when to poll, and what that saves.

The rival is a fixed interval that costs as many polls for the same workflows, as if somebody had
known them before. Its first poll comes between half an interval and one and a half.
"""

from itertools import batched
from statistics import fmean
from types import ModuleType

import pytest

from linkedapi_async.policy import Policy

WARM_UP = 1000
PRESETS = {"service": Policy.service(), "bot": Policy.bot(), "batch": Policy.batch()}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("preset", "polls", "mean", "late"),
    [("batch", 5.0, 11.5, 23.0), ("bot", 8.0, 7.0, 14.5), ("service", 20.0, 2.75, 5.75)],
)
def test_ends_are_known_soon(
    *,
    simulation: ModuleType,
    soaking: bool,
    preset: str,
    polls: float,
    mean: float,
    late: float,
) -> None:
    """After learning, jitter included: half of all take 45 s, one in twenty more than 6 min."""
    count, learner = 60_000 if soaking else 4_000, simulation.learner(PRESETS[preset])

    taken = simulation.waits(simulation.REFERENCE, WARM_UP + count, learner)

    figures = simulation.Figures.of(taken[WARM_UP:])
    assert 0.95 * polls <= figures.polls <= polls
    assert figures.mean <= mean
    assert figures.late <= late


@pytest.mark.soak
@pytest.mark.parametrize("median", [10.0, 20.0, 45.0, 90.0, 180.0])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_cold_start_is_no_worse_than_a_fixed_interval(
    *, simulation: ModuleType, soaking: bool, preset: str, median: float
) -> None:
    """With nothing learned, whatever an operation takes."""
    count, learner = 10_000 if soaking else 500, simulation.learner(PRESETS[preset])

    taken = simulation.waits(simulation.around(median), count, learner, is_learning=False)

    figures = simulation.Figures.of(taken)
    fixed = simulation.at_interval([wait.duration for wait in taken], figures.polls)
    assert figures.mean <= fixed.mean * (1.02 if soaking else 1.0)
