"""What ends tell of durations, and what is believed without any."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy.survival import Survival, survival

SECONDS = st.floats(0.0, 1e6)
SPANS = st.lists(st.tuples(SECONDS, SECONDS).map(lambda span: (min(span), max(span))), max_size=40)


def share(curve: Survival, moment: float) -> float:
    """Return the share that still runs at a moment."""
    points = zip(curve.moments, curve.shares, strict=True)
    for (at, here), (after, there) in pairwise(points):
        if at <= moment < after:
            return here + (there - here) * (moment - at) / (after - at)
    return 0.0


@given(SPANS)
def test_a_curve_falls_from_all_to_none(spans: list[tuple[float, float]]) -> None:
    """Whatever was seen: moments rise, shares fall, and nothing runs for ever."""
    curve = survival(spans)

    assert (curve.moments[0], curve.shares[0], curve.shares[-1]) == (0.0, 1.0, 0.0)
    assert all(at < after for at, after in pairwise(curve.moments))
    assert all(here > there for here, there in pairwise(curve.shares))
    assert math.isfinite(curve.mean)
    assert curve.mean > 0


def test_without_evidence_the_documentation_counts() -> None:
    """A visit and a like takes 20 s, heavier reads minutes: most lie there, few are far away."""
    curve = survival([])

    assert 0.4 <= share(curve, 20.0) - share(curve, 120.0) <= 0.6
    assert 0.9 <= share(curve, 5.0) <= 0.97
    assert 0.005 <= share(curve, 1800.0) <= 0.03


@pytest.mark.parametrize("gap", [0.0, 5.0, 40.0])
def test_an_end_lies_somewhere_between_two_polls(gap: float) -> None:
    """Seen exactly or by polls in step with nothing, the curve is that of the durations."""
    random = Random(0)
    spans: list[tuple[float, float]] = []
    for _ in range(256):
        duration = random.lognormvariate(math.log(90.0), 0.8)
        before = random.random() * gap
        spans.append((max(0.0, duration - before), duration - before + gap))

    curve = survival(spans)

    for sigmas, expected in ((-1.0, 0.84), (0.0, 0.5), (1.0, 0.16)):
        moment = 90.0 * math.exp(0.8 * sigmas)
        assert share(curve, moment) == pytest.approx(expected, abs=0.06)
    assert curve.mean == pytest.approx(90.0 * math.exp(0.32), rel=0.25)


def test_ends_at_one_moment_are_believed() -> None:
    """After many ends at the same moment hardly anything is expected elsewhere."""
    curve = survival([(300.0, 300.0)] * 256)

    assert share(curve, 250.0) > 0.9
    assert share(curve, 350.0) < 0.1
