"""So many requests in so many seconds, as the other side can count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy import Window

TICK = 1 / 64
"""Times are multiples of it, which floats add exactly."""

ticks = st.integers(0, 200).map(lambda count: count * TICK)


def test_a_fresh_window_is_free() -> None:
    """As many places as the limit says, at once."""
    window = Window(2, 60.0)
    for _ in range(2):
        assert window.pause(5.0) == 0.0
        window.take()

    assert window.pause(5.0) > 0
    assert (window.limit, window.span) == (2, 60.0)


def test_a_place_is_free_a_span_after_the_reply() -> None:
    """Not after the sending: the service may have counted any moment between."""
    window = Window(1, 60.0)
    window.take()
    assert window.pause(100.0) == pytest.approx(60.001)
    window.settle(100.0)

    assert [window.pause(now) for now in (100.0, 130.0, 159.5, 160.0, 500.0)] == [
        pytest.approx(60.001),
        pytest.approx(30.001),
        pytest.approx(0.501),
        0.0,
        0.0,
    ]


def test_the_oldest_reply_frees_the_next_place() -> None:
    """The pause is until then, however many others are under way."""
    window = Window(3, 60.0)
    for _ in range(3):
        window.take()
    window.settle(10.0)
    window.settle(20.0)

    assert window.pause(30.0) == pytest.approx(40.001)
    assert window.pause(70.0) == 0.0
    window.take()
    assert window.pause(70.0) == pytest.approx(10.001)


def test_without_any_reply_a_whole_span_is_the_least() -> None:
    """Whatever settles now frees its place no earlier."""
    window = Window(1, 7.0)
    window.take()

    assert window.pause(0.0) == pytest.approx(7.001)


@given(
    limit=st.integers(1, 4),
    span=st.integers(1, 128).map(lambda count: count * TICK),
    calls=st.lists(st.tuples(ticks, ticks, ticks), max_size=20),
)
def test_nobody_can_count_more_than_the_limit(
    limit: int, span: float, calls: list[tuple[float, float, float]]
) -> None:
    """Wherever between sending and reply the other side counts, a span never holds too many.

    Args:
        limit: Requests in a span.
        span: Seconds.
        calls: Pause before asking, how long until the request is counted, and until the reply.
    """
    window = Window(limit, span)
    now = 0.0
    replies: list[float] = []
    counted: list[float] = []

    def settle(until: float) -> None:
        for at in sorted(reply for reply in replies if reply <= until):
            replies.remove(at)
            window.settle(at)

    for before, until_counted, until_reply in calls:
        now += before
        settle(now)
        while (pause := window.pause(now)) > 0:
            next_reply = min([now + pause, *replies])
            now = next_reply if next_reply > now else now + pause
            settle(now)
        window.take()
        counted.append(now + until_counted)
        replies.append(now + until_counted + until_reply)

    for first in counted:
        within = [at for at in counted if first <= at < first + span]
        assert len(within) <= limit


@given(
    limit=st.integers(1, 3),
    moments=st.lists(st.floats(0, 1e6), min_size=1, max_size=30),
)
def test_floats_make_no_span_too_short(limit: int, moments: list[float]) -> None:
    """One pause is enough, and whoever counts the same moments finds no span too full.

    Args:
        limit: Requests in a span.
        moments: When requests are asked for, counted and answered, all at once.
    """
    window = Window(limit, 60.0)
    now = 0.0
    counted: list[float] = []
    for moment in sorted(moments):
        now = max(now, moment)
        if (pause := window.pause(now)) > 0:
            now += pause
        assert window.pause(now) == 0.0
        window.take()
        window.settle(now)
        assert len([at for at in counted if now - at < 60.0]) < limit
        counted.append(now)
