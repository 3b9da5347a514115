"""Pauses: pure arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy import full_jitter, poll_pause

DRAWS = st.floats(0, 1, exclude_max=True)
SECONDS = st.floats(0.001, 10_000)


@pytest.mark.parametrize(
    ("attempt", "bound"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 5.0), (1000, 5.0)]
)
def test_the_bound_doubles_up_to_the_cap(attempt: int, bound: float) -> None:
    """Each failed attempt doubles the bound until the cap."""
    assert full_jitter(attempt, base=0.5, cap=5.0, draw=1.0) == bound


@given(attempt=st.integers(1, 10_000), base=SECONDS, cap=SECONDS, draw=DRAWS)
def test_jitter_spreads_over_the_whole_range_below_the_bound(
    attempt: int, base: float, cap: float, draw: float
) -> None:
    """A pause lies between nothing and the bound, in proportion to the draw."""
    bound = full_jitter(attempt, base=base, cap=cap, draw=1.0)

    pause = full_jitter(attempt, base=base, cap=cap, draw=draw)

    assert 0 <= pause <= bound <= cap
    assert pause == pytest.approx(draw * bound)


@pytest.mark.parametrize(
    ("polls", "draw", "pause"),
    [(0, 0.5, 1.0), (1, 0.5, 1.5), (2, 0.5, 2.25), (50, 0.5, 15.0), (0, 0.0, 0.8), (0, 1.0, 1.2)],
)
def test_polls_grow_by_half_and_spread_by_a_fifth(polls: int, draw: float, pause: float) -> None:
    """Polling calms down as it lasts, and never marches in step."""
    assert poll_pause(polls, base=1.0, cap=15.0, draw=draw) == pytest.approx(pause)


@given(polls=st.integers(0, 10_000), base=SECONDS, cap=SECONDS, draw=DRAWS)
def test_a_poll_pause_stays_within_a_fifth_of_the_cap(
    polls: int, base: float, cap: float, draw: float
) -> None:
    """However long it lasts, the cap holds, and no two polls follow without a pause."""
    pause = poll_pause(polls, base=base, cap=cap, draw=draw)

    assert 0.8 * min(base, cap) <= pause * (1 + 1e-9)
    assert pause <= 1.2 * cap * (1 + 1e-9)
