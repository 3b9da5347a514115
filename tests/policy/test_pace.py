"""So many requests per second, and never more in any."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.errors import ConfigurationError
from linkedapi_async.policy import Pace

RATES = st.one_of(st.floats(0.2, 60), st.integers(1, 60).map(float))
LATE = st.floats(0, 0.005)


def spend(pace: Pace, lateness: list[float], *, until: float) -> list[float]:
    """Return the moments of permits that are asked for without end, each time a little late."""
    moments: list[float] = []
    now, asked = 1000.0, 0
    while now < 1000.0 + until:
        wait = pace.take(now)
        if wait:
            now += wait + lateness[asked % len(lateness)]
            asked += 1
        else:
            moments.append(now)
    return moments


@given(rate=RATES, pauses=st.lists(st.floats(0, 0.4), max_size=300))
def test_no_second_holds_more(rate: float, pauses: list[float]) -> None:
    """However it is asked, no second holds more permits than the rate, rounded up."""
    pace, now, moments = Pace(rate), 0.0, list[float]()
    for pause in pauses:
        now += pause
        while not pace.take(now):
            moments.append(now)

    most = math.ceil(rate)
    assert all(b - a >= 1 - 1e-9 for a, b in zip(moments, moments[most:], strict=False))


@given(rate=RATES, lateness=st.lists(LATE, min_size=1, max_size=9))
def test_late_wake_ups_cost_hardly_anything(rate: float, lateness: list[float]) -> None:
    """Whoever always wants a permit gets the rate, though a busy loop wakes it some ms late."""
    moments = spend(Pace(rate), lateness, until=20.0)

    assert rate * 20 * 0.99 - 1 <= len(moments) <= rate * 20 + 1


@given(rate=RATES, pauses=st.lists(st.floats(0, 2), min_size=1, max_size=50))
def test_waiting_as_told_is_enough(rate: float, pauses: list[float]) -> None:
    """After the seconds it told, the permit is there."""
    pace, now = Pace(rate), 0.0
    for pause in pauses:
        now += pause
        wait = pace.take(now)
        if wait:
            now += wait
            assert pace.take(now) == 0.0


def test_permits_are_spread() -> None:
    """Permits that are always wanted come evenly, not in bursts at the turn of a second."""
    moments = spend(Pace(10.0), [0.0], until=5.0)

    assert len(moments) == 50
    assert all(b - a == pytest.approx(0.1, abs=1e-4) for a, b in pairwise(moments))


def test_a_late_permit_does_not_put_off_the_next() -> None:
    """What was taken 40 ms late is made up for; after a longer rest everything starts anew."""
    pace = Pace(10.0)
    assert pace.take(0.0) == 0.0
    assert pace.take(0.14) == 0.0

    assert 0.14 + pace.take(0.14) == pytest.approx(0.2, abs=1e-4)
    assert pace.take(7.0) == 0.0
    assert pace.take(7.0) == pytest.approx(0.1, abs=1e-4)


def test_a_refusal_takes_nothing() -> None:
    """Asking too early does not put the next permit off."""
    pace = Pace(2.0)
    assert pace.take(0.0) == 0.0

    waits = [pace.take(0.1), pace.take(0.2), pace.take(0.3)]

    assert [round(at + wait, 3) for at, wait in zip((0.1, 0.2, 0.3), waits, strict=True)] == [
        0.5
    ] * 3


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_an_unusable_rate_is_refused(rate: float) -> None:
    """A rate that is no finite number above 0 is named in the error."""
    with pytest.raises(ConfigurationError, match=f"rate={rate!r}"):
        Pace(rate)
