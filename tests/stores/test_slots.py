"""Leased moments: what each worker does with its own, all together keep the rate."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.stores._budget import SharedPace
from linkedapi_async.stores._slots import ServerTime, Slots


@given(
    rate=st.one_of(st.floats(0.3, 50), st.integers(1, 50).map(float)),
    batches=st.lists(st.integers(1, 12), min_size=1, max_size=20),
    lateness=st.lists(st.floats(0, 0.2), min_size=1, max_size=30),
)
def test_no_second_holds_more(rate: float, batches: list[int], lateness: list[float]) -> None:
    """However late workers come for their moments, no second holds more than the rate."""
    taken: list[float] = []
    first = 0.0
    for batch in batches:  # each to another worker, one after the other, as the server does
        slots = Slots(rate)
        slots.deposit(first, batch)
        now = first
        while len(slots):
            wait = slots.take(now)
            if wait == 0.0:
                taken.append(now)
            now += (wait or 0.0) + lateness[len(taken) % len(lateness)]
        first += batch * slots.gap
    taken.sort()

    most = math.ceil(rate)
    assert all(b - a >= 1 for a, b in zip(taken, taken[most:], strict=False))


def test_a_moment_is_used_when_it_has_come() -> None:
    """A moment ahead is waited for, one just past is used, one long past is let go."""
    slots = Slots(10.0)
    slots.deposit(5.0, 3)

    assert slots.take(4.9) == pytest.approx(0.1, abs=1e-3)
    assert slots.take(5.02) == 0.0
    assert slots.take(5.0 + slots.gap + 0.026) == pytest.approx(slots.gap - 0.026, abs=1e-3)
    assert slots.take(7.0) is None


@pytest.mark.parametrize(
    ("held", "backlog", "workers", "wanted"),
    [
        (0, 0, 1, 1),
        (0, 1, 1, 1),
        (0, 7, 1, 7),
        (0, 1000, 1, 40),
        (0, 1000, 4, 10),
        (0, 1000, 1000, 1),
        (5, 1000, 4, 5),
        (6, 1000, 4, 0),
        (3, 2, 4, 0),
    ],
)
def test_leases_what_can_be_used(held: int, backlog: int, workers: int, wanted: int) -> None:
    """A worker leases what it could use now, up to its part of a fifth of a second."""
    slots = Slots(200.0)
    slots.deposit(0.0, held)

    assert slots.wanted(lambda: backlog, workers=workers) == wanted


def test_the_fastest_reply_sets_the_clock() -> None:
    """A slow reply does not blur what a fast one told; drift and a set clock do count."""
    server = ServerTime()
    server.note(1000.0, sent=0.0, received=0.002)
    server.note(1001.3, sent=1.0, received=1.5)

    assert server.local(1000.0) == pytest.approx(0.001)

    server.note(1101.0105, sent=101.0, received=101.01)
    assert server.local(1101.0105) == pytest.approx(101.005)

    server.note(50.0, sent=102.0, received=102.2)
    assert server.local(50.0) == pytest.approx(102.1)


def test_a_pacer_lives_on_its_share_when_alone() -> None:
    """Alone it asks nobody, and keeps to an even part of the budget."""
    asked: list[None] = []
    pacer = SharedPace(10.0, backlog=lambda: 5)

    assert pacer.take(0.0) == 0.0
    assert pacer.take(0.0) == pytest.approx(0.1, abs=1e-3)
    pacer.lease(4, ask=lambda: asked.append(None))
    pacer.share_out(4)
    assert pacer.take(1.0) == 0.0
    assert pacer.take(1.0) == pytest.approx(0.4, abs=1e-3)
    assert asked == []


def test_a_pacer_asks_once_for_what_it_wants() -> None:
    """It asks when it runs dry, not again before an answer, and at least for one."""
    asked: list[None] = []
    pacer = SharedPace(10.0, backlog=lambda: 0)
    pacer.lease(1, ask=lambda: asked.append(None))

    assert 0 < pacer.take(0.0) < 0.01
    assert 0 < pacer.take(0.002) < 0.01
    assert (len(asked), pacer.want) == (1, 1)

    pacer.deposit(0.103)
    assert pacer.take(0.003) == pytest.approx(0.1, abs=1e-3)
    assert len(asked) == 1
    assert pacer.take(0.103) == 0.0
    assert pacer.take(0.103) > 0
    assert len(asked) == 2
