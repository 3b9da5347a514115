"""Learned from nothing but their own polls: when to poll, and what that saves.

The rival is a fixed interval that costs as many polls for the same workflows, as if somebody had
known them before. Its first poll comes between half an interval and one and a half.
"""

from types import ModuleType
from typing import Any

import pytest

from linkedapi_async.policy import Policy

WARM_UP = 1000
BLOCK = 1000
PRESETS = {"service": Policy.service(), "bot": Policy.bot(), "batch": Policy.batch()}
every_preset = pytest.mark.parametrize("preset", PRESETS)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("preset", "polls", "mean", "late"),
    [("batch", 5.0, 11.5, 23.0), ("bot", 8.0, 7.0, 14.5), ("service", 20.0, 2.75, 5.75)],
)
def test_ends_are_known_soon(
    *, simulation: ModuleType, soaking: bool, preset: str, polls: float, mean: float, late: float
) -> None:
    """After learning, jitter included: half of all take 45 s, one in twenty more than 6 min."""
    count, rhythm = 60_000 if soaking else 4_000, simulation.learner(PRESETS[preset])

    simulation.waits(simulation.REFERENCE, WARM_UP, rhythm)
    taken = simulation.waits(simulation.evenly(count), count, rhythm)

    figures = simulation.Figures.of(taken)
    assert 0.95 * polls <= figures.polls <= polls
    assert figures.mean <= mean
    assert figures.late <= late


@pytest.mark.soak
@pytest.mark.parametrize("median", [10.0, 20.0, 45.0, 90.0, 150.0])
@every_preset
def test_a_cold_start_is_no_worse_than_a_fixed_interval(
    *, simulation: ModuleType, soaking: bool, preset: str, median: float
) -> None:
    """With nothing learned, whatever operations take by the documentation."""
    count, rhythm = 10_000 if soaking else 1_000, simulation.learner(PRESETS[preset])

    source = simulation.evenly(count, median=median)
    taken = simulation.waits(source, count, rhythm, is_learning=False)

    figures = simulation.Figures.of(taken)
    fixed = simulation.at_interval([wait.duration for wait in taken], figures.polls)
    assert figures.mean <= fixed.mean


@pytest.mark.soak
@every_preset
def test_no_stream_costs_much_more_than_a_fixed_interval(
    *, simulation: ModuleType, soaking: bool, preset: str
) -> None:
    """Mixed, shifting, all at once, a day long: while it is learned, too."""
    ratios: dict[str, float] = {}
    for name, source in simulation.STREAMS.items():
        count = 40 if name == "all after 24 h" else 6_000 if soaking else 600

        taken = simulation.waits(source, count, simulation.learner(PRESETS[preset]))

        figures = simulation.Figures.of(taken)
        fixed = simulation.at_interval([wait.duration for wait in taken], figures.polls)
        ratios[name] = figures.mean / fixed.mean
    assert {name: ratio for name, ratio in ratios.items() if ratio > 1.2} == {}
    assert min(ratios.values()) < 0.5  # what can be learned is learned


@pytest.mark.soak
@every_preset
def test_learning_is_stable(*, simulation: ModuleType, soaking: bool, preset: str) -> None:
    """Thousands of workflows on, polls have not chased themselves anywhere."""
    blocks, rhythm = 60 if soaking else 5, simulation.learner(PRESETS[preset])
    simulation.waits(simulation.REFERENCE, WARM_UP, rhythm, seed=99)
    figures: list[Any] = []
    for seed in range(blocks):
        taken = simulation.waits(simulation.evenly(BLOCK, seed=seed), BLOCK, rhythm, seed=seed)
        figures.append(simulation.Figures.of(taken))

    whole = sum(block.mean for block in figures) / blocks
    assert all(abs(block.mean - whole) <= 0.15 * whole for block in figures)
    assert 70.0 < rhythm.timetable.expected < 150.0  # the mean of such durations is 100 s
